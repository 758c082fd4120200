//! The sentences of a block, which are finished in any order and leave in textual order.

use std::ops::Range;

use super::place::Placer;
use super::recall::Known;
use super::tally::Tally;
use super::{ExtractedSentence, ExtractionBatch};
use crate::predict::Predicted;
use crate::text::TextSentence;

/// The sentences of a block on their way out.
pub(super) struct Open<'a> {
    placer: &'a Placer<'a>,
    sentences: &'a [TextSentence],
    partial: Vec<ExtractedSentence>,
    /// Windows of each sentence that are not placed yet.
    waiting: Vec<usize>,
    /// What was computed for each sentence.
    found: Vec<Vec<(usize, Predicted)>>,
    /// Where each sentence ends, the gap behind it included.
    reach: Vec<usize>,
    /// First sentence that has not left.
    next: usize,
}

impl<'a> Open<'a> {
    /// Opens a block of `sentences`, none of which waits for anything yet.
    pub fn new(placer: &'a Placer<'a>, sentences: &'a [TextSentence], block: Range<usize>) -> Self {
        let reach = |i: usize| match sentences.get(i + 1) {
            Some(next) => placer.position(next.start),
            None => placer.total(),
        };
        let reach = block.clone().map(reach).collect();
        let sentences = &sentences[block];
        Self {
            placer,
            sentences,
            partial: sentences.iter().map(|s| placer.empty(s)).collect(),
            waiting: vec![0; sentences.len()],
            found: vec![Vec::new(); sentences.len()],
            reach,
            next: 0,
        }
    }

    /// Fills in a sentence that was read before.
    pub fn recall(&mut self, i: usize, known: &Known) {
        for (first_word, predicted) in &known.windows {
            self.place(i, *first_word, predicted);
        }
    }

    /// Makes a sentence wait for one more window.
    pub fn expect(&mut self, i: usize) {
        self.waiting[i] += 1;
    }

    /// Fills in a window of a sentence; if that was its last, gives everything found in it.
    pub fn fill(
        &mut self,
        i: usize,
        first_word: usize,
        predicted: Predicted,
    ) -> Option<Vec<(usize, Predicted)>> {
        self.place(i, first_word, &predicted);
        self.found[i].push((first_word, predicted));
        self.waiting[i] -= 1;
        (self.waiting[i] == 0).then(|| std::mem::take(&mut self.found[i]))
    }

    fn place(&mut self, i: usize, first_word: usize, predicted: &Predicted) {
        self.placer.place(
            &self.sentences[i],
            first_word,
            predicted,
            &mut self.partial[i],
        );
    }

    /// Whether a finished sentence can leave.
    pub fn is_ready(&self) -> bool {
        self.waiting.get(self.next) == Some(&0)
    }

    /// Hands over what is finished up to the first sentence that is not; the batch may be empty,
    /// since every call is a chance to stop.
    pub async fn emit(
        &mut self,
        tally: &mut Tally,
        on_batch: &mut impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> bool {
        let done = &mut tally.done;
        let mut sentences = Vec::new();
        while self.is_ready() {
            let mut sentence = std::mem::take(&mut self.partial[self.next]);
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
        let going = on_batch(&batch).await;
        tally.done.sentences.extend(batch.sentences);
        tally.paused();
        going
    }
}
