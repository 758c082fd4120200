//! Batches of samples, each a function of the seed and the step alone.

use std::collections::BTreeMap;

use spanlight_core::pretrain::sample::{Sample, SampleConfig, Skip, draw};

use super::order::{Order, TABLED};
use super::stream::stream;
use super::{Corpus, CorpusError};

/// How samples are put into batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Samples a batch.
    pub batch: usize,
    /// Seed of order and draws.
    pub seed: u64,
    /// A new order every epoch; otherwise that of the files.
    pub shuffle: bool,
    /// New draws every epoch; otherwise the same ones.
    pub dynamic_sampling: bool,
    /// Threads that draw; no sample depends on their number.
    pub threads: usize,
}

/// Draws batches from a corpus, epoch after epoch without end.
///
/// Sentence `p` of that endless sequence is the `p mod n`-th of epoch `p / n`; a batch may reach
/// into the next epoch. So a run resumes at any step without a state.
pub struct Loader {
    corpus: Corpus,
    sample: SampleConfig,
    config: LoaderConfig,
    order: Order,
    skipped: BTreeMap<Skip, u64>,
}

/// Sentences tried in place of one that has no span pair, or does not fit.
const TRIES: u64 = 1000;

impl Loader {
    /// Sets out to draw from a corpus.
    ///
    /// # Errors
    /// [`CorpusError::Core`] for settings without samples, [`CorpusError::Empty`] when no sentence
    /// fits them.
    pub fn new(
        corpus: Corpus,
        sample: SampleConfig,
        config: LoaderConfig,
    ) -> Result<Self, CorpusError> {
        Self::tabled(corpus, sample, config, TABLED)
    }

    /// The same with tables for corpora of so many sentences at most.
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
        let order = match large {
            false => Order::table(table),
            true => Order::Keyed {
                count: corpus.sentences() as u64,
            },
        };
        Ok(Self {
            corpus,
            sample,
            config,
            order,
            skipped,
        })
    }

    /// The corpus that is drawn from.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Sentences that can be drawn.
    pub fn sentences(&self) -> usize {
        fitting(&self.corpus, &self.skipped)
    }

    /// Batches of an epoch; the last one reaches into the next. Of a corpus without tables, places whose
    /// sentences do not fit count too.
    pub fn steps_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.config.batch)
    }

    /// Sentences that are never drawn, by reason.
    pub fn skipped(&self) -> &BTreeMap<Skip, u64> {
        &self.skipped
    }

    /// The samples of a step (0-based).
    ///
    /// # Errors
    /// [`CorpusError::Cache`] when the cache cannot be read any more.
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

    /// The sample at a place of the endless sequence; where a sentence has no span pair or does not fit,
    /// the next one is drawn in its stead, other than it is drawn at its own place.
    fn sample(&self, place: u64) -> Result<Sample, CorpusError> {
        for tried in 0..TRIES {
            let (epoch, within) = self.position(place + tried);
            let seed = self.config.shuffle.then_some(self.config.seed);
            let sentence = self.order.sentence(epoch, within, seed);
            let draws = match self.config.dynamic_sampling {
                true => epoch,
                false => 0,
            };
            let words = self.corpus.cache.read(sentence as usize)?;
            let mut rng = stream([self.config.seed, draws, sentence, tried]);
            match draw(&words.words(), &self.corpus.special, &self.sample, &mut rng) {
                Ok(sample) => return Ok(sample),
                Err(_) => continue,
            }
        }
        Err(CorpusError::Empty {
            problem: "hardly any sentence has two separate spans and fits; use longer sentences, \
                      or raise --max-words and --max-pieces"
                .into(),
        })
    }

    /// Epoch and place in it of a place in the endless sequence.
    fn position(&self, place: u64) -> (u64, usize) {
        let count = self.order.len() as u64;
        (place / count, (place % count) as usize)
    }
}

/// Sentences of a corpus that are not skipped.
fn fitting(corpus: &Corpus, skipped: &BTreeMap<Skip, u64>) -> usize {
    corpus.sentences() - skipped.values().sum::<u64>() as usize
}
