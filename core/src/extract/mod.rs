//! Extraction from raw text: sentences, words, pieces, predictions, and offsets into the original.

mod evidence;
mod extraction;
mod open;
mod options;
mod place;
mod recall;
mod stopwatch;
mod tally;
mod tokenize;

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use evidence::{Attention, EntityAlternative, RelationAlternative};
pub use extraction::*;
pub use options::ExtractOptions;
pub use stopwatch::Clock;

use crate::Result;
use crate::predict::Predictor;
use crate::text::{TextSentence, segment};
use crate::wordpiece::WordPiece;
use open::Open;
use place::Placer;
use recall::{Known, Recall};
use tally::Tally;
use tokenize::tokenize;

/// Sentences of the first block; later ones double, so that the first results come soon.
const FIRST_BLOCK: usize = 8;
/// Most sentences that are tokenised ahead.
const LARGEST_BLOCK: usize = 64;

/// A predictor with its tokenizer: text in, entities and relations out.
pub struct Extractor {
    predictor: Predictor,
    tokenizer: WordPiece,
    clock: Option<Clock>,
    recall: Option<Mutex<Recall>>,
}

impl Extractor {
    /// Joins a predictor and the tokenizer that it was trained with.
    pub fn new(predictor: Predictor, tokenizer: WordPiece) -> Self {
        Self {
            predictor,
            tokenizer,
            clock: None,
            recall: None,
        }
    }

    /// The same, measuring [`Extraction::timing`] with a clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self {
            clock: Some(clock),
            ..self
        }
    }

    /// The same, remembering what it found in about `bytes` bytes, so that a sentence is computed
    /// once.
    pub fn with_memory(self, bytes: usize) -> Self {
        Self {
            recall: Some(Mutex::new(Recall::new(bytes))),
            ..self
        }
    }

    /// The predictor.
    pub fn predictor(&self) -> &Predictor {
        &self.predictor
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &WordPiece {
        &self.tokenizer
    }

    /// Forgets all sentences.
    pub fn forget(&self) {
        if let Some(mut recall) = self.recall() {
            recall.clear();
        }
    }

    /// Entities and relations of a text of any length, in time linear in it.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) or [`Error::Tokenizer`](crate::Error::Tokenizer).
    pub async fn extract(&self, text: &str, options: &ExtractOptions) -> Result<Extraction> {
        self.extract_with(text, options, async |_| true).await
    }

    /// The same, handing over every batch as it is finished; stops early, with what was read until
    /// then, when `on_batch` returns false.
    ///
    /// # Errors
    /// As [`Self::extract`].
    pub async fn extract_with(
        &self,
        text: &str,
        options: &ExtractOptions,
        mut on_batch: impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> Result<Extraction> {
        let sentences = segment(text);
        let mut reading = Reading {
            placer: Placer::new(text, self.predictor.schema(), options),
            tally: Tally::start(self.clock),
            text,
            options,
            sentences: &sentences,
        };
        let wanted = reading.begin();
        let (mut from, mut size) = (wanted.start, FIRST_BLOCK);
        while from < wanted.end {
            let block = from..(from + size).min(wanted.end);
            (from, size) = (block.end, (2 * size).min(LARGEST_BLOCK));
            if !self.read(&mut reading, block, &mut on_batch).await? {
                break;
            }
        }
        Ok(reading.tally.finish())
    }

    /// Reads a block of sentences; returns whether the extraction goes on.
    async fn read(
        &self,
        reading: &mut Reading<'_>,
        block: Range<usize>,
        on_batch: &mut impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> Result<bool> {
        let Reading {
            text,
            options,
            sentences,
            placer,
            tally,
        } = reading;
        let mut open = Open::new(placer, sentences, block.clone());
        let sentences = &sentences[block];
        let surface = |s: &TextSentence| text.get(s.start..s.end).unwrap_or_default();
        let keys: Vec<&str> = sentences.iter().map(surface).collect();
        let fresh = self.recollect(&keys, options, &mut open, &mut tally.done);
        let room = self.predictor.model().config().encoder.room();
        let wanted = fresh.iter().map(|&i| &sentences[i]);
        let tokenized = tokenize(text, wanted, &self.tokenizer, room)?;
        for window in &tokenized.windows {
            open.expect(fresh[window.sentence]);
        }
        tally.spent(|timing| &mut timing.tokenize);
        if open.is_ready() && !fresh.is_empty() && !open.emit(tally, on_batch).await {
            return Ok(false);
        }
        let mut going = true;
        // Batches come by length; sentences leave in textual order.
        self.predictor
            .run_with(&tokenized.pieces, options.detail(), async |results| {
                tally.spent(|timing| &mut timing.compute);
                for (window, predicted) in results {
                    let place = &tokenized.windows[window];
                    let i = fresh[place.sentence];
                    tally.done.pieces += tokenized.pieces[window].ids.len();
                    if let Some(windows) = open.fill(i, place.first_word, predicted) {
                        let known = Known {
                            windows,
                            shortened: tokenized.shortened[place.sentence],
                            detail: options.detail(),
                        };
                        tally.done.computed += 1;
                        tally.done.shortened += known.shortened;
                        self.remember(keys[i], known);
                    }
                }
                tally.spent(|timing| &mut timing.decode);
                going = open.emit(tally, on_batch).await;
                going
            })
            .await?;
        tally.spent(|timing| &mut timing.compute);
        if going && open.is_ready() {
            going = open.emit(tally, on_batch).await;
        }
        Ok(going)
    }

    /// Fills in what is known of a block; returns which of its sentences are not.
    fn recollect(
        &self,
        keys: &[&str],
        options: &ExtractOptions,
        open: &mut Open<'_>,
        done: &mut Extraction,
    ) -> Vec<usize> {
        let mut fresh = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            let known = match (self.recall(), options.reuse) {
                (Some(mut recall), true) => recall.get(key, options.detail()),
                _ => None,
            };
            match known {
                Some(known) => {
                    open.recall(i, &known);
                    done.reused += 1;
                    done.shortened += known.shortened;
                }
                None => fresh.push(i),
            }
        }
        fresh
    }

    fn remember(&self, key: &str, known: Known) {
        if let Some(mut recall) = self.recall() {
            recall.put(key, known);
        }
    }

    fn recall(&self) -> Option<MutexGuard<'_, Recall>> {
        // What a panicking thread left behind is whole: entries are added and removed at once.
        self.recall
            .as_ref()
            .map(|recall| recall.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A text that is being read.
struct Reading<'a> {
    text: &'a str,
    options: &'a ExtractOptions,
    sentences: &'a [TextSentence],
    placer: Placer<'a>,
    tally: Tally,
}

impl Reading<'_> {
    /// Says which sentences are wanted.
    fn begin(&mut self) -> Range<usize> {
        let wanted = self.placer.wanted(self.sentences);
        let nothing_follows = wanted.is_empty() && wanted.end == self.sentences.len();
        let total = self.placer.total();
        self.tally.done.total = total;
        self.tally.done.read = if nothing_follows {
            total
        } else {
            self.options.from.min(total)
        };
        wanted
    }
}
