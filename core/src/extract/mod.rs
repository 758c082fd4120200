//! Extraction from raw text. An [`Extractor`] splits a text into sentences, words and word-pieces, has a
//! [`Predictor`] find entities and relations in them, and gives these their offsets in the text.
//!
//! Programs that show or store results call this module. For sentences that are split into words
//! already, such as those of an annotated corpus, call [`crate::predict`].

mod block;
mod evidence;
mod extraction;
mod locate;
mod memory;
mod options;
mod timing;
mod tokenize;

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use evidence::{Attention, EntityAlternative, RelationAlternative};
pub use extraction::*;
pub use options::ExtractOptions;
pub use timing::{Clock, Timing};

use crate::Result;
use crate::predict::Predictor;
use crate::text::{OffsetUnit, Offsets, TextSentence, segment};
use crate::wordpiece::WordPiece;
use block::Block;
use locate::Locator;
use memory::{RememberedSentence, SentenceMemory};
use timing::Stopwatch;
use tokenize::tokenize;

/// Sentences of the first block. Each block is twice as large as the one before, so that the first
/// results come soon.
const FIRST_BLOCK: usize = 8;
/// Sentences of the largest block, all of which are tokenised before the model runs.
const LARGEST_BLOCK: usize = 64;

/// A model with its tokenizer: text in, entities and relations out.
///
/// [`Manifest::open`](crate::bundle::Manifest::open) makes one from the files of a bundle.
///
/// ```no_run
/// use spanlight_core::extract::{ExtractOptions, Extractor};
///
/// # async fn run(extractor: Extractor) -> spanlight_core::Result<()> {
/// let text = "Marie Dupont leads Acme.";
/// let extraction = extractor.extract(text, &ExtractOptions::default()).await?;
/// for sentence in &extraction.sentences {
///     for relation in &sentence.relations {
///         let head = &sentence.entities[relation.head];
///         let tail = &sentence.entities[relation.tail];
///         println!("{} {} {}", head.text, relation.label, tail.text);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Extractor {
    predictor: Predictor,
    tokenizer: WordPiece,
    clock: Option<Clock>,
    memory: Option<Mutex<SentenceMemory>>,
}

impl Extractor {
    /// Joins a predictor and the tokenizer of its encoder.
    pub fn new(predictor: Predictor, tokenizer: WordPiece) -> Self {
        Self {
            predictor,
            tokenizer,
            clock: None,
            memory: None,
        }
    }

    /// Measures [`Extraction::timing`] with a clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self {
            clock: Some(clock),
            ..self
        }
    }

    /// Remembers sentences and their results in about `bytes` bytes. A remembered sentence does not go
    /// through the model again.
    pub fn with_memory(self, bytes: usize) -> Self {
        Self {
            memory: Some(Mutex::new(SentenceMemory::new(bytes))),
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
        if let Some(mut memory) = self.memory() {
            memory.clear();
        }
    }

    /// Returns the entities and relations of a text of any length. The time is linear in the length.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) when the device fails,
    /// [`Error::Tokenizer`](crate::Error::Tokenizer) when the tokenizer fails.
    pub async fn extract(&self, text: &str, options: &ExtractOptions) -> Result<Extraction> {
        self.extract_with(text, options, async |_| true).await
    }

    /// As [`Self::extract`], and calls `on_batch` with every batch of finished sentences. When
    /// `on_batch` returns false, the extraction stops and returns the sentences that are finished.
    ///
    /// # Errors
    /// As [`Self::extract`].
    pub async fn extract_with(
        &self,
        text: &str,
        options: &ExtractOptions,
        on_batch: impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> Result<Extraction> {
        self.extract_some(text, options, None, on_batch).await
    }

    /// As [`Self::extract_with`], but reads only the sentences with these indices in [`outline`], in ascending
    /// order, so that several extractors can share a text. What is read of the text ends where the next of these
    /// sentences begins.
    ///
    /// # Errors
    /// As [`Self::extract`].
    pub async fn extract_some(
        &self,
        text: &str,
        options: &ExtractOptions,
        only: Option<&[usize]>,
        mut on_batch: impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> Result<Extraction> {
        let stopwatch = Stopwatch::start(self.clock);
        let mut sentences = segment(text);
        if let Some(only) = only {
            let mut index = 0;
            sentences.retain(|_| {
                index += 1;
                only.binary_search(&(index - 1)).is_ok()
            });
        }
        let mut reading = Reading {
            locator: Locator::new(text, self.predictor.schema(), options),
            done: Extraction::default(),
            stopwatch,
            text,
            options,
            sentences: &sentences,
        };
        let requested = reading.begin();
        let (mut from, mut size) = (requested.start, FIRST_BLOCK);
        while from < requested.end {
            let range = from..(from + size).min(requested.end);
            (from, size) = (range.end, (2 * size).min(LARGEST_BLOCK));
            if !self.read(&mut reading, range, &mut on_batch).await? {
                break;
            }
        }
        Ok(Extraction {
            timing: reading.stopwatch.timing(),
            ..reading.done
        })
    }

    /// Reads a block of sentences; returns whether the extraction goes on.
    async fn read(
        &self,
        reading: &mut Reading<'_>,
        range: Range<usize>,
        on_batch: &mut impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> Result<bool> {
        let Reading {
            text,
            options,
            sentences,
            locator,
            done,
            stopwatch,
        } = reading;
        let mut block = Block::new(locator, sentences, range.clone());
        let sentences = &sentences[range];
        let surface = |s: &TextSentence| text.get(s.start..s.end).unwrap_or_default();
        let keys: Vec<&str> = sentences.iter().map(surface).collect();
        let new = self.reuse(&keys, options, &mut block, done);
        let room = self.predictor.model().config().encoder.room();
        let new_sentences = new.iter().map(|&i| &sentences[i]);
        let tokenized = tokenize(text, new_sentences, &self.tokenizer, room)?;
        for window in &tokenized.windows {
            block.await_window(new[window.sentence]);
        }
        stopwatch.add_to(|timing| &mut timing.tokenize);
        if block.is_ready() && !new.is_empty() && !block.hand_over(done, stopwatch, on_batch).await
        {
            return Ok(false);
        }
        let mut goes_on = true;
        // The predictor sorts windows by length, so sentences finish out of order.
        self.predictor
            .run_with(&tokenized.pieces, options.detail(), async |predictions| {
                stopwatch.add_to(|timing| &mut timing.compute);
                for (window, predicted) in predictions {
                    let place = &tokenized.windows[window];
                    let i = new[place.sentence];
                    done.pieces += tokenized.pieces[window].ids.len();
                    if let Some(windows) = block.add_window(i, place.first_word, predicted) {
                        let predictions = RememberedSentence {
                            windows,
                            shortened: tokenized.shortened[place.sentence],
                            detail: options.detail(),
                        };
                        done.computed += 1;
                        done.shortened += predictions.shortened;
                        self.remember(keys[i], predictions);
                    }
                }
                stopwatch.add_to(|timing| &mut timing.decode);
                goes_on = block.hand_over(done, stopwatch, on_batch).await;
                goes_on
            })
            .await?;
        stopwatch.add_to(|timing| &mut timing.compute);
        if goes_on && block.is_ready() {
            goes_on = block.hand_over(done, stopwatch, on_batch).await;
        }
        Ok(goes_on)
    }

    /// Adds the predictions that the memory holds to a block of sentences; returns the indices of the
    /// other sentences.
    fn reuse(
        &self,
        keys: &[&str],
        options: &ExtractOptions,
        block: &mut Block<'_>,
        done: &mut Extraction,
    ) -> Vec<usize> {
        let mut new = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            let remembered = if options.reuse {
                (self.memory()).and_then(|mut memory| memory.get(key, options.detail()))
            } else {
                None
            };
            match remembered {
                Some(remembered) => {
                    block.add_remembered(i, &remembered);
                    done.reused += 1;
                    done.shortened += remembered.shortened;
                }
                None => new.push(i),
            }
        }
        new
    }

    fn remember(&self, key: &str, predictions: RememberedSentence) {
        if let Some(mut memory) = self.memory() {
            memory.put(key, predictions);
        }
    }

    fn memory(&self) -> Option<MutexGuard<'_, SentenceMemory>> {
        // Poison is harmless: entries are added and removed whole, so a panic leaves no partial entry.
        self.memory
            .as_ref()
            .map(|memory| memory.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Start and end of every sentence of a text.
pub fn outline(text: &str, unit: OffsetUnit) -> Vec<(usize, usize)> {
    let offsets = Offsets::new(text);
    // Sentences begin and end at character boundaries, so there always is an offset.
    let offset = |byte| offsets.get(byte, unit).unwrap_or(byte);
    (segment(text).iter())
        .map(|sentence| (offset(sentence.start), offset(sentence.end)))
        .collect()
}

/// A text under extraction.
struct Reading<'a> {
    text: &'a str,
    options: &'a ExtractOptions,
    sentences: &'a [TextSentence],
    locator: Locator<'a>,
    /// The result so far.
    done: Extraction,
    stopwatch: Stopwatch,
}

impl Reading<'_> {
    /// Notes where reading begins; returns the indices of the sentences to read.
    fn begin(&mut self) -> Range<usize> {
        let requested = self.locator.requested(self.sentences);
        let nothing_follows = requested.is_empty() && requested.end == self.sentences.len();
        let length = self.locator.text_length();
        self.done.total = length;
        self.done.read = if nothing_follows {
            length
        } else {
            self.options.from.min(length)
        };
        requested
    }
}
