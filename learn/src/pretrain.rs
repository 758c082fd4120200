//! Pre-training (method §4): the losses of TBO, SPO and CSPO over samples of a corpus.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use spanlight_core::loss::{Loss, Term};
use spanlight_core::pretrain::momentum::{MomentumContrast, own_keys};
use spanlight_core::pretrain::sample::Sample;
use spanlight_core::pretrain::{ObjectiveConfig, PretrainBatch, PretrainModel, pretrain_loss};

use crate::chunks::cut;
use crate::{Objective, Processor, Result};

/// What the mean of a loss is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum MeanOver {
    /// All rows of a step
    #[default]
    Step,
    /// The rows of a micro-batch, then the micro-batches, as in the paper's code
    Micro,
}

/// Samples that go through the model at once, and their place in the step.
pub struct Chunk {
    index: usize,
    /// Their two views.
    pub batch: PretrainBatch,
    /// The same in other orders of words, where there are any.
    others: Option<PretrainBatch>,
}

/// Where samples come from.
pub trait Source: Sync {
    /// The samples of a step; a function of the step alone.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) when the corpus cannot be read.
    fn samples(&self, step: usize) -> Result<Vec<Sample>>;
}

/// Settings of pre-training's objective.
#[derive(Debug, Clone)]
pub struct PretrainSettings {
    /// What is minimised.
    pub objectives: ObjectiveConfig,
    /// Word-pieces of a view that go through the model at once on a CPU core.
    pub chunk: usize,
    /// Sentences of a micro-batch, for means over micro-batches.
    pub micro_batch: usize,
    /// What means are taken over.
    pub mean_over: MeanOver,
}

/// Pre-training as an [`Objective`].
pub struct PretrainObjective<S> {
    source: S,
    settings: PretrainSettings,
    processor: Processor,
    contrast: Mutex<MomentumContrast>,
}

impl<S: Source> PretrainObjective<S> {
    /// Losses over the samples of a source.
    pub fn new(
        source: S,
        settings: PretrainSettings,
        processor: Processor,
        contrast: MomentumContrast,
    ) -> Self {
        Self {
            source,
            settings,
            processor,
            contrast: Mutex::new(contrast),
        }
    }

    /// Where the samples come from.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Momentum network and queues.
    pub fn contrast(&self) -> MutexGuard<'_, MomentumContrast> {
        // A panic under the lock ends the run anyway.
        self.contrast.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Samples in the groups that go through the model together.
    fn groups(&self, mut samples: Vec<Sample>) -> Vec<Vec<Sample>> {
        match self.settings.mean_over {
            MeanOver::Micro => samples
                .chunks(self.settings.micro_batch)
                .map(<[Sample]>::to_vec)
                .collect(),
            MeanOver::Step => {
                samples.sort_by_key(Sample::pieces);
                let lengths: Vec<usize> = samples.iter().map(Sample::pieces).collect();
                let ranges = cut(&lengths, self.processor.chunking(self.settings.chunk));
                ranges.into_iter().map(|r| samples[r].to_vec()).collect()
            }
        }
    }
}

impl<S: Source> Objective for PretrainObjective<S> {
    type Model = PretrainModel;
    type Chunk = Chunk;

    fn chunks(&self, step: usize) -> Result<Vec<Chunk>> {
        let groups = self.groups(self.source.samples(step)?);
        let chunk = |(index, group): (usize, &Vec<Sample>)| {
            let mut others = group.iter().flat_map(|s| &s.others).peekable();
            Chunk {
                index,
                batch: PretrainBatch::new(group),
                others: others.peek().is_some().then(|| PretrainBatch::new(others)),
            }
        };
        Ok(groups.iter().enumerate().map(chunk).collect())
    }

    fn pieces(&self, chunk: &Chunk) -> usize {
        let others = chunk.others.iter();
        others
            .chain([&chunk.batch])
            .map(|b| b.pieces_per_view())
            .sum()
    }

    fn rows(&self, chunk: &Chunk) -> Option<Vec<usize>> {
        let batch = &chunk.batch;
        let (mut masked, mut permuted) = ([0; 2], [0; 2]);
        for batch in chunk.others.iter().chain([batch]) {
            for view in 0..2 {
                masked[view] += batch.masked[view].len();
                permuted[view] += batch.classes[view].len();
            }
        }
        let micro = self.settings.mean_over == MeanOver::Micro;
        // A micro-batch counts as one, even where it has nothing of an objective (method §4).
        let on = |weight: f64, rows: usize| match (weight > 0.0, micro) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => rows,
        };
        let objectives = &self.settings.objectives;
        // Before the first key is queued only the other sentences can tell a pair from its own.
        let alone = batch.sentences() < 2 || !objectives.in_batch_negatives;
        let compared = if alone && self.contrast().is_empty() {
            0
        } else {
            batch.sentences()
        };
        Some(vec![
            on(objectives.w_tbo, masked[0]),
            on(objectives.w_tbo, masked[1]),
            on(objectives.w_spo, permuted[0]),
            on(objectives.w_spo, permuted[1]),
            on(objectives.w_cspo, compared),
            on(objectives.w_cspo, compared),
            on(objectives.w_cspo, compared),
            on(objectives.w_cspo, compared),
        ])
    }

    async fn losses(
        &self,
        model: &PretrainModel,
        chunk: &Chunk,
        _step: usize,
        seed: u64,
    ) -> Result<Vec<Loss>> {
        let device = model.network.device();
        let dropout = model.network.config().dropout;
        let objectives = &self.settings.objectives;
        let keys = (objectives.w_cspo > 0.0).then(|| {
            let network = self.contrast().network();
            let pass = &mut self.processor.pass(&device, !seed, dropout);
            let own = own_keys(&network, &chunk.batch, objectives, pass);
            self.contrast().keys(chunk.index, own)
        });
        let pass = &mut self.processor.pass(&device, seed, dropout);
        let mut found = pretrain_loss(model, &chunk.batch, keys, objectives, pass);
        // Contrast has the right order alone: each sentence is one key.
        if let Some(others) = &chunk.others {
            found = found.plus(pretrain_loss(model, others, None, objectives, pass));
        }
        let mut losses = found.weighted(objectives);
        if self.settings.mean_over == MeanOver::Micro {
            for loss in &mut losses {
                loss.term = mean(std::mem::take(&mut loss.term));
            }
        }
        Ok(losses.into())
    }

    fn stepped(&self, model: &PretrainModel, _step: usize) -> Result<()> {
        // Without the contrastive objective too: a later run may start from the momentum network.
        self.contrast()
            .step(&model.network, self.settings.objectives.momentum);
        Ok(())
    }
}

/// A micro-batch's mean as one row; 0 where it has none.
fn mean(term: Term) -> Term {
    Term {
        sum: term.sum.map(|sum| sum / term.count.max(1) as f32),
        count: 1,
    }
}
