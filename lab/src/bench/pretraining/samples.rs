//! The samples on which both sides are measured.

use std::ops::ControlFlow;

use spanlight::corpus::{Corpus, Loader, LoaderConfig};
use spanlight::encoder::EncoderFolder;
use spanlight::pretrain::PretrainConfig;
use spanlight_core::pretrain::sample::Sample;
use spanlight_learn::pretrain::Source;

use crate::bench::Plan;
use crate::error::Result;

/// Number of steps whose losses are compared.
const CHECKED: usize = 2;
/// Maximum number of sentences in a step whose losses are compared.
const SENTENCES: usize = 8;

/// Samples by step.
pub struct Samples {
    /// Samples of the measured steps, warm-up included.
    pub steps: Vec<Vec<Sample>>,
    /// Samples of the steps whose losses are compared.
    pub checked: Vec<Vec<Sample>>,
    /// Number of sentences from which the samples were drawn.
    pub sentences: usize,
}

impl Samples {
    /// Draws the samples that `pretrain` would draw.
    ///
    /// # Errors
    /// [`Error::Spanlight`](crate::error::Error::Spanlight) for an encoder or corpus that cannot be read.
    pub fn draw(plan: &Plan<'_>, config: &PretrainConfig) -> Result<Self> {
        let encoder = EncoderFolder::open(plan.encoder)?;
        let cache = tempfile::tempdir()?;
        let corpus = Corpus::prepare(
            &config.corpus,
            &encoder.tokenizer()?,
            cache.path(),
            plan.workers,
            &mut |_| ControlFlow::Continue(()),
        )?;
        let mut sample = config.sample.clone();
        sample.max_pieces = sample.max_pieces.min(encoder.config.room());
        let how = LoaderConfig {
            batch: plan.batch,
            seed: config.seed,
            shuffle: config.shuffle,
            dynamic_sampling: config.dynamic_sampling,
            threads: plan.workers,
        };
        let loader = Loader::new(corpus, sample, how)?;
        let steps = (0..plan.warmup + plan.steps)
            .map(|step| loader.batch(step))
            .collect::<Result<_, _>>()?;
        let truncated = |step| {
            loader.batch(step).map(|mut batch| {
                batch.truncate(SENTENCES);
                batch
            })
        };
        Ok(Self {
            steps,
            checked: (0..CHECKED).map(truncated).collect::<Result<_, _>>()?,
            sentences: loader.sentences(),
        })
    }
}

/// A source of samples that are already drawn, by step.
pub struct Drawn<'a>(pub &'a [Vec<Sample>]);

impl Source for Drawn<'_> {
    fn samples(&self, step: usize) -> spanlight_learn::Result<Vec<Sample>> {
        Ok(self.0[step].clone())
    }
}
