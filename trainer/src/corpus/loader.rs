//! Draws batches of samples; a batch depends only on the corpus, the seed and the step.

use std::collections::BTreeMap;

use spanlight_core::pretrain::sample::{Sample, SampleConfig, Skip, draw};

use super::order::{Order, TABLED, stream};
use super::{Corpus, CorpusError};

/// Settings of a [`Loader`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Samples per batch.
    pub batch: usize,
    /// Seed of the order of sentences and of the draws.
    pub seed: u64,
    /// Whether every epoch has a new random order instead of the order of the files.
    pub shuffle: bool,
    /// Whether every epoch draws new samples instead of repeating those of the first.
    pub dynamic_sampling: bool,
    /// Number of threads that draw; the samples do not depend on it.
    pub threads: usize,
}

/// Draws batches from a corpus, in an endless sequence of epochs.
///
/// With `n` sentences, place `p` of the sequence is place `p mod n` of epoch `p / n`; a batch may
/// reach into the next epoch. A run can therefore resume at any step without saved state.
pub struct Loader {
    corpus: Corpus,
    sample: SampleConfig,
    config: LoaderConfig,
    order: Order,
    skipped: BTreeMap<Skip, u64>,
}

/// Most sentences to try in place of a sentence that has no span pair or does not fit.
const TRIES: u64 = 1000;

impl Loader {
    /// Prepares to draw from a corpus.
    ///
    /// # Errors
    /// [`CorpusError::Core`] for invalid sampling settings, [`CorpusError::Usage`] for an empty
    /// batch, [`CorpusError::Empty`] if no sentence fits the settings.
    pub fn new(
        corpus: Corpus,
        sample: SampleConfig,
        config: LoaderConfig,
    ) -> Result<Self, CorpusError> {
        Self::tabled(corpus, sample, config, TABLED)
    }

    /// As [`Self::new`], with another limit than [`TABLED`].
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn tabled(
        corpus: Corpus,
        sample: SampleConfig,
        config: LoaderConfig,
        tabled: usize,
    ) -> Result<Self, CorpusError> {
        sample.validate()?;
        if config.batch == 0 {
            return Err(CorpusError::Usage(
                "a batch needs at least one sentence".into(),
            ));
        }
        let large = corpus.sentences() > tabled;
        let (mut table, mut sentence) = (Vec::new(), 0_usize);
        let mut skipped = BTreeMap::new();
        corpus.cache.sizes(|size| {
            match Skip::of_size(size.words, size.pieces, &sample) {
                None if large => {}
                None => table.push(sentence as u32),
                Some(skip) => *skipped.entry(skip).or_default() += 1,
            }
            sentence += 1;
        })?;
        if fitting(&corpus, &skipped) == 0 {
            return Err(CorpusError::Empty {
                problem: format!(
                    "none of {} sentences has at most {} words and {} word-pieces; raise \
                     --max-words and --max-pieces",
                    corpus.sentences(),
                    sample.max_words,
                    sample.max_pieces
                ),
            });
        }
        let order = if large {
            Order::Keyed {
                count: corpus.sentences() as u64,
            }
        } else {
            Order::table(table)
        };
        Ok(Self {
            corpus,
            sample,
            config,
            order,
            skipped,
        })
    }

    /// The corpus.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Number of sentences that can be drawn.
    pub fn sentences(&self) -> usize {
        fitting(&self.corpus, &self.skipped)
    }

    /// Number of batches per epoch; the last one may reach into the next epoch. In a corpus without
    /// tables, sentences that do not fit count too.
    pub fn steps_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.config.batch)
    }

    /// Number of sentences that are never drawn, by reason.
    pub fn skipped(&self) -> &BTreeMap<Skip, u64> {
        &self.skipped
    }

    /// Draws the batch of a step, counted from 0.
    ///
    /// # Errors
    /// [`CorpusError::Cache`] if the cache can no longer be read, [`CorpusError::Empty`] if hardly
    /// any sentence has a span pair.
    pub fn batch(&self, step: usize) -> Result<Vec<Sample>, CorpusError> {
        let first = step as u64 * self.config.batch as u64;
        let places: Vec<u64> = (first..first + self.config.batch as u64).collect();
        let part = places.len().div_ceil(self.config.threads.max(1));
        let draw = |places: &[u64]| -> Result<Vec<Sample>, CorpusError> {
            places.iter().map(|&place| self.sample(place)).collect()
        };
        if part == places.len() {
            return draw(&places);
        }
        std::thread::scope(|scope| {
            let draw = &draw;
            let threads: Vec<_> = places
                .chunks(part)
                .map(|places| scope.spawn(move || draw(places)))
                .collect();
            let mut batch = Vec::with_capacity(places.len());
            for thread in threads {
                batch.extend(
                    thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?,
                );
            }
            Ok(batch)
        })
    }

    /// Draws the sample at a place of the endless sequence. A sentence that has no span pair or does
    /// not fit is replaced by the next one, which is drawn with other random numbers than at its own
    /// place.
    fn sample(&self, place: u64) -> Result<Sample, CorpusError> {
        for tried in 0..TRIES {
            let (epoch, within) = self.position(place + tried);
            let seed = self.config.shuffle.then_some(self.config.seed);
            let sentence = self.order.sentence(epoch, within, seed);
            let draws = if self.config.dynamic_sampling {
                epoch
            } else {
                0
            };
            let words = self.corpus.cache.read(sentence as usize)?;
            let mut rng = stream([self.config.seed, draws, sentence, tried]);
            let drawn = draw(&words.words(), &self.corpus.special, &self.sample, &mut rng);
            if let Ok(sample) = drawn {
                return Ok(sample);
            }
        }
        Err(CorpusError::Empty {
            problem: "hardly any sentence has two separate spans and fits; use longer sentences, \
                      or raise --max-words and --max-pieces"
                .into(),
        })
    }

    /// The epoch of a place in the endless sequence, and the place within that epoch.
    fn position(&self, place: u64) -> (u64, usize) {
        let count = self.order.len() as u64;
        (place / count, (place % count) as usize)
    }
}

/// Number of sentences of a corpus that are not skipped.
fn fitting(corpus: &Corpus, skipped: &BTreeMap<Skip, u64>) -> usize {
    corpus.sentences() - skipped.values().sum::<u64>() as usize
}
