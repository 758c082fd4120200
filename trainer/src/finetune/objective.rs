//! The joint loss over shuffled training sentences.

use rand::seq::SliceRandom;
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};
use spanlight_core::batch::{PieceBatch, TrainBatch};
use spanlight_core::joint::{gold_probability, joint_loss};
use spanlight_core::loss::Term;
use spanlight_core::{JointModel, Schema};

use super::example::Example;
use crate::device::noise;
use crate::error::Result;
use crate::train::{Chunking, Objective, cut};

/// How often the candidates of a training sentence are all gold (method §5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// Always in the first `gold_epochs + 1` epochs, then more and more rarely with slope `k`.
    Falling {
        /// Epochs after the first.
        gold_epochs: usize,
        /// Slope.
        k: f64,
    },
    /// As often in every step, for passes so few that the other would never get to what a model takes
    /// for spans (§13.7).
    Constant(f64),
}

impl Sampling {
    /// The probability in an epoch (0-based).
    fn probability(self, epoch: usize) -> f64 {
        match self {
            Self::Falling { gold_epochs, k } => gold_probability(epoch, gold_epochs, k),
            Self::Constant(share) => share,
        }
    }
}

/// Fine-tuning as an [`Objective`].
pub struct JointObjective {
    /// Labels.
    pub schema: Schema,
    /// Training data.
    pub examples: Vec<Example>,
    /// Sentences a step.
    pub batch: usize,
    /// What goes through the model at once.
    pub chunking: Chunking,
    /// Scheduled sampling.
    pub sampling: Sampling,
    /// Weights of the losses of tags, types and relations.
    pub weights: [f32; 3],
    /// Seed of the order.
    pub seed: u64,
}

impl JointObjective {
    /// Steps of a pass over the data.
    pub fn steps_per_epoch(&self) -> usize {
        self.examples.len().div_ceil(self.batch)
    }

    /// Sentences of a step, shortest first.
    fn members(&self, step: usize) -> Vec<usize> {
        let (epoch, within) = (step / self.steps_per_epoch(), step % self.steps_per_epoch());
        let mut order: Vec<usize> = (0..self.examples.len()).collect();
        order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(
            self.seed ^ (epoch as u64) << 32,
        ));
        let from = within * self.batch;
        let mut members = order[from..(from + self.batch).min(order.len())].to_vec();
        members.sort_by_key(|&i| (self.examples[i].pieces.ids.len(), i));
        members
    }
}

impl Objective for JointObjective {
    type Model = JointModel;
    type Chunk = TrainBatch;

    fn names(&self) -> &[&'static str] {
        &["tag", "entity", "relation"]
    }

    fn weights(&self) -> &[f32] {
        &self.weights
    }

    fn chunks(&self, step: usize) -> Result<Vec<TrainBatch>> {
        let batch = |members: Vec<usize>| TrainBatch {
            pieces: PieceBatch::new(members.iter().map(|&i| &self.examples[i].pieces)),
            gold: members
                .iter()
                .map(|&i| self.examples[i].gold.clone())
                .collect(),
        };
        let members = self.members(step);
        let lengths: Vec<usize> = (members.iter())
            .map(|&i| self.examples[i].pieces.ids.len())
            .collect();
        let chunks = cut(&lengths, self.chunking).into_iter();
        Ok(chunks.map(|range| batch(members[range].to_vec())).collect())
    }

    fn pieces(&self, chunk: &TrainBatch) -> usize {
        chunk.pieces.pieces()
    }

    fn losses(
        &self,
        model: &JointModel,
        chunk: &TrainBatch,
        step: usize,
        seed: u64,
    ) -> Result<Vec<Term>> {
        let p_gold = self.sampling.probability(step / self.steps_per_epoch());
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut noise = noise(&model.device(), !seed);
        let loss = joint_loss(model, &self.schema, chunk, p_gold, &mut rng, &mut noise);
        let loss = pollster::block_on(loss)?;
        Ok(vec![loss.tag, loss.entity, loss.relation])
    }
}
