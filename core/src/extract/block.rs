//! A block of sentences: the model finishes them in any order, and the caller gets them in textual order.

use std::ops::Range;

use super::locate::Locator;
use super::memory::RememberedSentence;
use super::timing::Stopwatch;
use super::{ExtractedSentence, Extraction, ExtractionBatch};
use crate::predict::Predicted;
use crate::text::TextSentence;

/// A block of sentences, and what was found in them so far.
pub(super) struct Block<'a> {
    locator: &'a Locator<'a>,
    sentences: &'a [TextSentence],
    /// Entities and relations found so far, by sentence.
    extracted: Vec<ExtractedSentence>,
    /// Number of windows of each sentence that still lack their prediction.
    missing: Vec<usize>,
    /// New predictions of each sentence, each with the first word of its window.
    predictions: Vec<Vec<(usize, Predicted)>>,
    /// Offset of the end of each sentence, the gap behind it included.
    reach: Vec<usize>,
    /// First sentence that was not handed over yet.
    next: usize,
}

impl<'a> Block<'a> {
    /// The sentences in `range`, none of which lacks a prediction yet.
    pub fn new(
        locator: &'a Locator<'a>,
        sentences: &'a [TextSentence],
        range: Range<usize>,
    ) -> Self {
        let reach = |i: usize| match sentences.get(i + 1) {
            Some(next) => locator.offset(next.start),
            None => locator.text_length(),
        };
        let reach = range.clone().map(reach).collect();
        let sentences = &sentences[range];
        Self {
            locator,
            sentences,
            extracted: sentences.iter().map(|s| locator.empty(s)).collect(),
            missing: vec![0; sentences.len()],
            predictions: vec![Vec::new(); sentences.len()],
            reach,
            next: 0,
        }
    }

    /// Adds the predictions for sentence `i` that the memory holds.
    pub fn add_remembered(&mut self, i: usize, remembered: &RememberedSentence) {
        for (first_word, predicted) in &remembered.windows {
            self.locate(i, *first_word, predicted);
        }
    }

    /// Holds sentence `i` back until the prediction for one more window is added.
    pub fn await_window(&mut self, i: usize) {
        self.missing[i] += 1;
    }

    /// Adds the prediction for a window of sentence `i`. After the last window, returns the predictions
    /// of all windows of the sentence.
    pub fn add_window(
        &mut self,
        i: usize,
        first_word: usize,
        predicted: Predicted,
    ) -> Option<Vec<(usize, Predicted)>> {
        self.locate(i, first_word, &predicted);
        self.predictions[i].push((first_word, predicted));
        self.missing[i] -= 1;
        (self.missing[i] == 0).then(|| std::mem::take(&mut self.predictions[i]))
    }

    fn locate(&mut self, i: usize, first_word: usize, predicted: &Predicted) {
        self.locator.add_window(
            &self.sentences[i],
            first_word,
            predicted,
            &mut self.extracted[i],
        );
    }

    /// Whether the next sentence in textual order is finished.
    pub fn is_ready(&self) -> bool {
        self.missing.get(self.next) == Some(&0)
    }

    /// Hands the finished sentences before the first unfinished one to `on_batch`, adds them to `done`,
    /// and returns whether the extraction goes on. The batch may be empty: `on_batch` can stop the
    /// extraction at every call.
    pub async fn hand_over(
        &mut self,
        done: &mut Extraction,
        stopwatch: &mut Stopwatch,
        on_batch: &mut impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> bool {
        let mut sentences = Vec::new();
        while self.is_ready() {
            let mut sentence = std::mem::take(&mut self.extracted[self.next]);
            // Windows may finish out of order.
            sentence.sort();
            sentences.push(sentence);
            done.read = self.reach[self.next];
            self.next += 1;
        }
        let batch = ExtractionBatch {
            sentences,
            read: done.read,
            total: done.total,
        };
        let goes_on = on_batch(&batch).await;
        done.sentences.extend(batch.sentences);
        stopwatch.skip();
        goes_on
    }
}
