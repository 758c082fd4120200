//! The samples that both sides work on.

use std::ops::ControlFlow;

use spanlight::corpus::{Corpus, Loader, LoaderConfig};
use spanlight::encoder::EncoderFolder;
use spanlight::pretrain::PretrainConfig;
use spanlight_core::pretrain::sample::Sample;
use spanlight_learn::pretrain::Source;

use crate::bench::Plan;
use crate::error::Result;

/// Steps whose losses are compared.
const CHECKED: usize = 2;
/// Sentences of such a step.
const SENTENCES: usize = 8;

/// Samples by step.
pub struct Samples {
    /// Those that are timed, warm-up included.
    pub steps: Vec<Vec<Sample>>,
    /// Those whose losses are compared.
    pub checked: Vec<Vec<Sample>>,
    /// Sentences that they were drawn from.
    pub sentences: usize,
}

impl Samples {
    /// Draws what `pretrain` would.
    ///
    /// # Errors
    /// Any [`Error`](crate::error::Error) of reading the corpus.
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
        let few = |step| {
            loader.batch(step).map(|mut batch| {
                batch.truncate(SENTENCES);
                batch
            })
        };
        Ok(Self {
            steps,
            checked: (0..CHECKED).map(few).collect::<Result<_, _>>()?,
            sentences: loader.sentences(),
        })
    }
}

/// Samples that were drawn before.
pub struct Drawn<'a>(pub &'a [Vec<Sample>]);

impl Source for Drawn<'_> {
    fn samples(&self, step: usize) -> spanlight_learn::Result<Vec<Sample>> {
        Ok(self.0[step].clone())
    }
}
