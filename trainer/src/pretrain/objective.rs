//! The three pre-training losses over samples of a corpus.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use spanlight_core::loss::Term;
use spanlight_core::pretrain::contrast::normalize;
use spanlight_core::pretrain::sample::Sample;
use spanlight_core::pretrain::{
    ObjectiveConfig, PretrainBatch, PretrainLoss, PretrainModel, pretrain_loss,
};

use super::config::MeanOver;
use super::contrast::Contrast;
use super::figures::figures;
use crate::corpus::Loader;
use crate::device::noise;
use crate::error::Result;
use crate::event::Figure;
use crate::train::{Chunking, Objective, cut};

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
    /// Those of a step; a function of the step alone.
    ///
    /// # Errors
    /// What stands between us and them.
    fn samples(&self, step: usize) -> Result<Vec<Sample>>;
}

impl Source for Loader {
    fn samples(&self, step: usize) -> Result<Vec<Sample>> {
        Ok(self.batch(step)?)
    }
}

/// Pre-training as an [`Objective`].
pub struct PretrainObjective<S> {
    /// Where samples come from.
    pub source: S,
    /// What is minimised.
    pub objectives: ObjectiveConfig,
    /// What goes through the model at once, in word-pieces of a view.
    pub chunking: Chunking,
    /// Sentences of a micro-batch, for means over those.
    pub micro_batch: usize,
    /// What means are taken over.
    pub mean_over: MeanOver,
    weights: [f32; 8],
    contrast: Mutex<Contrast>,
}

impl<S: Source> PretrainObjective<S> {
    /// Losses over the samples of a source.
    pub fn new(
        source: S,
        objectives: ObjectiveConfig,
        (chunking, micro_batch): (Chunking, usize),
        mean_over: MeanOver,
        contrast: Contrast,
    ) -> Self {
        Self {
            source,
            weights: PretrainLoss::weights(&objectives),
            objectives,
            chunking,
            micro_batch,
            mean_over,
            contrast: Mutex::new(contrast),
        }
    }

    /// Momentum network and queues.
    pub fn contrast(&self) -> MutexGuard<'_, Contrast> {
        // A panic under the lock ends the run anyway.
        self.contrast.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Samples in the groups that go through the model together.
    fn groups(&self, mut samples: Vec<Sample>) -> Vec<Vec<Sample>> {
        match self.mean_over {
            MeanOver::Micro => samples
                .chunks(self.micro_batch)
                .map(<[Sample]>::to_vec)
                .collect(),
            MeanOver::Step => {
                samples.sort_by_key(Sample::pieces);
                let lengths: Vec<usize> = samples.iter().map(Sample::pieces).collect();
                let ranges = cut(&lengths, self.chunking);
                ranges.into_iter().map(|r| samples[r].to_vec()).collect()
            }
        }
    }
}

impl<S: Source> Objective for PretrainObjective<S> {
    type Model = PretrainModel;
    type Chunk = Chunk;

    fn names(&self) -> &[&'static str] {
        &PretrainLoss::NAMES
    }

    fn weights(&self) -> &[f32] {
        &self.weights
    }

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
        let micro = self.mean_over == MeanOver::Micro;
        // A micro-batch counts as one, even where it has nothing of an objective (method §4).
        let on = |weight: f64, rows: usize| match (weight > 0.0, micro) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => rows,
        };
        let objectives = &self.objectives;
        // Before the first key is queued only the other sentences can tell a pair from its own.
        let alone = batch.sentences() < 2 || !objectives.in_batch_negatives;
        let compared = match alone && self.contrast().is_empty() {
            true => 0,
            false => batch.sentences(),
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

    fn losses(
        &self,
        model: &PretrainModel,
        chunk: &Chunk,
        _step: usize,
        seed: u64,
    ) -> Result<Vec<Term>> {
        let device = model.network.device();
        let keys = (self.objectives.w_cspo > 0.0).then(|| {
            let momentum = self.contrast().momentum();
            let projected = momentum.keys(&chunk.batch, &mut noise(&device, !seed));
            let projected = normalize(projected, self.objectives.cspo_normalize);
            let sentences = chunk.batch.sentences();
            let own = [0, 1].map(|side| projected.clone().narrow(0, side * sentences, sentences));
            self.contrast().keys(chunk.index, own)
        });
        let noise = &mut noise(&device, seed);
        let mut found = pretrain_loss(model, &chunk.batch, keys, &self.objectives, noise);
        // Contrast has the right order alone: each sentence is one key.
        if let Some(others) = &chunk.others {
            found = found.plus(pretrain_loss(model, others, None, &self.objectives, noise));
        }
        let terms = found.terms().into_iter();
        Ok(match self.mean_over {
            MeanOver::Step => terms.collect(),
            MeanOver::Micro => terms.map(mean).collect(),
        })
    }

    fn figures(&self, losses: &BTreeMap<String, f64>) -> Vec<Figure> {
        figures(losses, &self.objectives)
    }

    fn stepped(&self, model: &PretrainModel, _step: usize) -> Result<()> {
        // Without the contrastive objective too: a later run may start from the momentum network.
        self.contrast()
            .step(&model.network, self.objectives.momentum);
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
