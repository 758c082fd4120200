//! Joint fine-tuning (method §5): the losses of tags, entity types and relations over shuffled sentences.

use std::sync::{Arc, Mutex, PoisonError};

use rand::seq::SliceRandom;
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};
use spanlight_core::batch::{Gold, PieceBatch, Pieces, TrainBatch};
use spanlight_core::joint::{gold_probability, joint_loss};
use spanlight_core::loss::Loss;
use spanlight_core::tagger::TagDecoding;
use spanlight_core::{JointModel, Schema};

use crate::chunks::cut;
use crate::{Objective, Processor, Result};

/// A training sentence.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its word-pieces.
    pub pieces: Pieces,
    /// Its gold annotations.
    pub gold: Gold,
}

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

/// Settings of fine-tuning's objective.
#[derive(Debug, Clone)]
pub struct JointSettings {
    /// Sentences a step.
    pub batch: usize,
    /// Word-pieces that go through the model at once on a CPU core.
    pub chunk: usize,
    /// How spans are chosen from tags where candidates are not gold.
    pub decoding: TagDecoding,
    /// How often candidates are gold.
    pub sampling: Sampling,
    /// Weights of the losses of tags, types and relations.
    pub weights: [f32; 3],
    /// Seed of the order.
    pub seed: u64,
}

/// Fine-tuning as an [`Objective`].
pub struct JointObjective {
    schema: Schema,
    examples: Vec<Example>,
    settings: JointSettings,
    processor: Processor,
    /// An epoch and the order of its sentences.
    order: Mutex<Option<(usize, Arc<[usize]>)>>,
}

impl JointObjective {
    /// The joint loss over these sentences.
    pub fn new(
        schema: Schema,
        examples: Vec<Example>,
        settings: JointSettings,
        processor: Processor,
    ) -> Self {
        Self {
            schema,
            examples,
            settings,
            processor,
            order: Mutex::new(None),
        }
    }

    /// Number of training sentences.
    pub fn sentences(&self) -> usize {
        self.examples.len()
    }

    /// Steps of a pass over the data.
    pub fn steps_per_epoch(&self) -> usize {
        self.examples.len().div_ceil(self.settings.batch)
    }

    /// The order of the sentences in an epoch (0-based).
    fn order(&self, epoch: usize) -> Arc<[usize]> {
        let mut kept = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, order)) if *of == epoch => order.clone(),
            _ => {
                let mut order: Vec<usize> = (0..self.examples.len()).collect();
                order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(
                    self.settings.seed ^ (epoch as u64) << 32,
                ));
                let order: Arc<[usize]> = order.into();
                *kept = Some((epoch, order.clone()));
                order
            }
        }
    }

    /// Sentences of a step, shortest first.
    fn members(&self, step: usize) -> Vec<usize> {
        let (epoch, within) = (step / self.steps_per_epoch(), step % self.steps_per_epoch());
        let order = self.order(epoch);
        let from = within * self.settings.batch;
        let mut members = order[from..(from + self.settings.batch).min(order.len())].to_vec();
        members.sort_by_key(|&i| (self.examples[i].pieces.ids.len(), i));
        members
    }
}

impl Objective for JointObjective {
    type Model = JointModel;
    type Chunk = TrainBatch;

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
        let chunks = cut(&lengths, self.processor.chunking(self.settings.chunk)).into_iter();
        Ok(chunks.map(|range| batch(members[range].to_vec())).collect())
    }

    fn pieces(&self, chunk: &TrainBatch) -> usize {
        chunk.pieces.pieces()
    }

    async fn losses(
        &self,
        model: &JointModel,
        chunk: &TrainBatch,
        step: usize,
        seed: u64,
    ) -> Result<Vec<Loss>> {
        let epoch = step / self.steps_per_epoch();
        let p_gold = self.settings.sampling.probability(epoch);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let dropout = model.config().dropout;
        let mut pass = self.processor.pass(&model.device(), !seed, dropout);
        let decoding = self.settings.decoding;
        let loss = joint_loss(
            model,
            &self.schema,
            chunk,
            decoding,
            p_gold,
            &mut rng,
            &mut pass,
        );
        Ok(loss.await?.weighted(self.settings.weights).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_has_all_sentences_in_an_order_of_its_own() {
        let examples = (0..10).map(|_| Example {
            pieces: Pieces::default(),
            gold: Gold::default(),
        });
        let settings = JointSettings {
            batch: 4,
            chunk: 256,
            decoding: TagDecoding::default(),
            sampling: Sampling::Constant(1.0),
            weights: [1.0; 3],
            seed: 5,
        };
        let objective = JointObjective::new(
            Schema::default(),
            examples.collect(),
            settings,
            Processor::Cpu,
        );
        let epoch = |epoch: usize| -> Vec<Vec<usize>> {
            (3 * epoch..3 * epoch + 3)
                .map(|step| objective.members(step))
                .collect()
        };
        let (first, second) = (epoch(0), epoch(1));
        for steps in [&first, &second] {
            let mut all = steps.concat();
            all.sort_unstable();
            assert_eq!(all, (0..10).collect::<Vec<_>>());
            assert_eq!(steps.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
        }
        assert_ne!(first, second);
        // A resumed run meets the same order.
        assert_eq!(first, epoch(0));
    }
}
