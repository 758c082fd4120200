//! Batches of samples, each a function of the seed and the step alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng, rngs::Xoshiro256PlusPlus};
use spanlight_core::pretrain::sample::{Sample, SampleConfig, Skip, draw};

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
    /// Sentences that fit, in file order.
    usable: Vec<u32>,
    skipped: BTreeMap<Skip, u64>,
    /// The orders of two epochs, an even and an odd one, because a batch may need both.
    orders: [Mutex<Order>; 2],
}

/// The order of an epoch.
#[derive(Clone, Default)]
struct Order {
    epoch: u64,
    /// Empty before the first use.
    sentences: Arc<Vec<u32>>,
}

/// Sentences tried in place of one that has no span pair.
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
        sample.validate()?;
        if config.batch == 0 {
            return Err(CorpusError::Usage(
                "a batch needs at least one sentence".into(),
            ));
        }
        if u32::try_from(corpus.len()).is_err() {
            return Err(CorpusError::Usage(format!(
                "{} sentences are more than can be shuffled; divide the corpus",
                corpus.len()
            )));
        }
        let mut usable = Vec::with_capacity(corpus.len());
        let (mut skipped, mut sentence) = (BTreeMap::new(), 0);
        corpus.cache.sizes(|size| {
            match Skip::of_size(size.words, size.pieces, &sample) {
                None => usable.push(sentence),
                Some(skip) => *skipped.entry(skip).or_default() += 1,
            }
            sentence += 1;
        })?;
        if usable.is_empty() {
            return Err(CorpusError::Empty {
                problem: format!(
                    "none of {} sentences has at most {} words and {} word-pieces; raise \
                     --max-words and --max-pieces",
                    corpus.len(),
                    sample.max_words,
                    sample.max_pieces
                ),
            });
        }
        Ok(Self {
            corpus,
            sample,
            config,
            usable,
            skipped,
            orders: Default::default(),
        })
    }

    /// The corpus that is drawn from.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Sentences of an epoch.
    pub fn len(&self) -> usize {
        self.usable.len()
    }

    /// Batches of an epoch; the last one reaches into the next.
    pub fn steps_per_epoch(&self) -> usize {
        self.len().div_ceil(self.config.batch)
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

    /// The sample at a place of the endless sequence; where a sentence has no span pair, the next
    /// one is drawn in its stead, other than it is drawn at its own place.
    fn sample(&self, place: u64) -> Result<Sample, CorpusError> {
        for tried in 0..TRIES {
            let (epoch, within) = self.position(place + tried);
            let sentence = match self.config.shuffle {
                true => self.order(epoch).get(within).copied(),
                false => self.usable.get(within).copied(),
            };
            let sentence = sentence.ok_or_else(|| CorpusError::Empty {
                problem: format!("place {place} of an epoch has none"),
            })?;
            let draws = match self.config.dynamic_sampling {
                true => epoch,
                false => 0,
            };
            let words = self.corpus.cache.read(sentence as usize)?;
            let mut rng = stream([self.config.seed, draws, sentence.into(), tried]);
            match draw(&words.words(), &self.corpus.special, &self.sample, &mut rng) {
                Ok(sample) => return Ok(sample),
                Err(_) => continue,
            }
        }
        Err(CorpusError::Empty {
            problem: "hardly any sentence has two separate spans; use longer sentences".into(),
        })
    }

    /// Epoch and place in it of a place in the endless sequence.
    fn position(&self, place: u64) -> (u64, usize) {
        let count = self.usable.len() as u64;
        (place / count, (place % count) as usize)
    }

    fn order(&self, epoch: u64) -> Arc<Vec<u32>> {
        let slot = &self.orders[epoch as usize % 2];
        let mut known = slot.lock().unwrap_or_else(|e| e.into_inner());
        if known.epoch != epoch || known.sentences.is_empty() {
            let mut sentences = self.usable.clone();
            sentences.shuffle(&mut stream([!self.config.seed, epoch, 0, 0]));
            *known = Order {
                epoch,
                sentences: Arc::new(sentences),
            };
        }
        known.sentences.clone()
    }
}

/// A stream of random numbers of its own for every key.
fn stream(key: [u64; 4]) -> Xoshiro256PlusPlus {
    let mut state = 0;
    for part in key {
        state = Xoshiro256PlusPlus::seed_from_u64(state ^ part).next_u64();
    }
    Xoshiro256PlusPlus::seed_from_u64(state)
}
