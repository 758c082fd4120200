//! The step loop, one step at a time.

use burn::tensor::Device;

use crate::workers::Workers;
use crate::{AdamW, Error, Groups, Objective, Result, Schedule, StepLoss, freeze, gradients};

/// What a step gave.
#[derive(Debug, Clone, PartialEq)]
pub struct StepReport {
    /// Finished steps, this one included.
    pub step: usize,
    /// Mean losses, in the order of the objective.
    pub losses: Vec<StepLoss>,
    /// The weighted sum of the mean losses, which was minimised.
    pub total: f64,
    /// Norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// Factor of the peak learning rates.
    pub rate_factor: f64,
    /// Word-pieces of the step, padding excluded.
    pub pieces: usize,
}

/// A model with everything that a step of its training needs. The caller asks for one step after the other,
/// and evaluates, saves and stops in between as it likes.
pub struct Trainer<O: Objective> {
    objective: O,
    model: O::Model,
    optimizer: AdamW,
    groups: Groups,
    schedule: Schedule,
    device: Device,
    seed: u64,
    finished: usize,
}

impl<O: Objective> Trainer<O> {
    /// Trains `model`, whose weights are on the autodiff `device`. `seed` feeds everything random in the losses.
    pub fn new(
        objective: O,
        model: O::Model,
        optimizer: AdamW,
        groups: Groups,
        schedule: Schedule,
        device: Device,
        seed: u64,
    ) -> Self {
        Self {
            model: freeze(model, &groups),
            objective,
            optimizer,
            groups,
            schedule,
            device,
            seed,
            finished: 0,
        }
    }

    /// Goes on after the given number of finished steps.
    pub fn after(self, finished: usize) -> Self {
        Self { finished, ..self }
    }

    /// Makes a step.
    ///
    /// # Errors
    /// [`Error::Diverged`] when a loss or the gradient norm is not finite, [`Error::Data`] when the data
    /// cannot be read, and [`Error::Core`] when the device fails. The model may then have made half of a
    /// step: go on from the last checkpoint.
    pub async fn step(&mut self, workers: &impl Workers) -> Result<StepReport> {
        let step = self.finished;
        let (objective, device) = (&self.objective, &self.device);
        let found = gradients(objective, &self.model, device, step, self.seed, workers).await?;
        let rate_factor = self.schedule.factor(step);
        let (model, gradient_norm) = self
            .optimizer
            .step(
                &self.model,
                found.gradients,
                &self.groups,
                rate_factor,
                workers,
            )
            .await?;
        let weighted = found.losses.iter().filter(|loss| loss.weight > 0.0);
        let total = weighted
            .filter_map(|loss| Some(f64::from(loss.weight) * loss.mean?))
            .fold(0.0, |total, share| total + share);
        let mut means = found.losses.iter().filter_map(|loss| loss.mean);
        if !gradient_norm.is_finite() || !total.is_finite() || means.any(|m| !m.is_finite()) {
            let named = found.losses.iter().map(|l| (l.name, l.mean));
            return Err(Error::Diverged {
                step,
                losses: format!("{:?}", named.collect::<Vec<_>>()),
                norm: gradient_norm,
            });
        }
        self.model = model;
        self.objective.stepped(&self.model, step)?;
        self.finished += 1;
        Ok(StepReport {
            step: self.finished,
            losses: found.losses,
            total,
            gradient_norm,
            rate_factor,
            pieces: found.pieces,
        })
    }

    /// The objective.
    pub fn objective(&self) -> &O {
        &self.objective
    }

    /// The model after the last step.
    pub fn model(&self) -> &O::Model {
        &self.model
    }

    /// The optimiser after the last step.
    pub fn optimizer(&self) -> &AdamW {
        &self.optimizer
    }

    /// Finished steps.
    pub fn finished(&self) -> usize {
        self.finished
    }
}
