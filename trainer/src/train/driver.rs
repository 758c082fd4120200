//! The step loop.

use std::collections::BTreeMap;
use std::time::Instant;

use burn::tensor::Device;

use super::parallel::gradients;
use super::{AdamW, Groups, Objective, Schedule};
use crate::error::{Error, Result};
use crate::event::{Event, Sink};

/// What a task says after a step.
pub enum Verdict {
    /// Go on.
    Continue,
    /// Stop, for this reason.
    Stop(String),
}

/// How a run ended.
pub struct Outcome<M> {
    /// The model as it is now.
    pub model: M,
    /// Finished steps.
    pub step: usize,
    /// Why it ended.
    pub reason: String,
}

/// What the loop needs besides the model.
pub struct Driver<'a, O: Objective> {
    /// Losses.
    pub objective: &'a O,
    /// Learning rate and decay of every parameter.
    pub groups: &'a Groups,
    /// Learning-rate factor by step.
    pub schedule: Schedule,
    /// Autodiff device of the model.
    pub device: &'a Device,
    /// Threads that compute chunks.
    pub workers: usize,
    /// Seed of everything random.
    pub seed: u64,
    /// Steps of the whole run.
    pub steps: usize,
    /// Steps of an epoch, for display.
    pub steps_per_epoch: usize,
    /// Peak learning rate, for display.
    pub learning_rate: f64,
}

impl<O: Objective> Driver<'_, O> {
    /// Trains from step `from` on; `after` sees the model after every step.
    ///
    /// # Errors
    /// [`Error::Diverged`] when a loss or the gradient norm is not finite; the model is lost, the
    /// last checkpoint is not.
    pub fn run(
        &self,
        mut model: O::Model,
        optimizer: &mut AdamW,
        from: usize,
        sink: &mut dyn Sink,
        mut after: impl FnMut(&O::Model, &AdamW, usize, &mut dyn Sink) -> Result<Verdict>,
    ) -> Result<Outcome<O::Model>> {
        for step in from..self.steps {
            let start = Instant::now();
            let found = gradients(self.objective, &model, self.device, step, self.seed, self.workers)?;
            let factor = self.schedule.factor(step);
            let norm;
            (model, norm) = optimizer.step(model, found.gradients, self.groups, factor, self.workers)?;
            let mut losses: BTreeMap<String, f64> = BTreeMap::new();
            let mut total = 0.0;
            let named = self.objective.names().iter().zip(self.objective.weights());
            for ((name, weight), loss) in named.zip(&found.losses) {
                if let Some(loss) = loss {
                    total += f64::from(*weight) * loss;
                    losses.insert(name.to_string(), *loss);
                }
            }
            losses.insert("total".into(), total);
            if !norm.is_finite() || losses.values().any(|l| !l.is_finite()) {
                return Err(Error::Diverged { step, losses: format!("{losses:?}"), norm });
            }
            sink.emit(&Event::Step {
                step: (step + 1) as u64,
                steps: self.steps as u64,
                epoch: (step / self.steps_per_epoch.max(1) + 1) as u64,
                losses,
                grad_norm: norm,
                learning_rate: factor * self.learning_rate,
                pieces: found.pieces as u64,
                seconds: start.elapsed().as_secs_f64(),
            })?;
            if let Verdict::Stop(reason) = after(&model, optimizer, step + 1, sink)? {
                return Ok(Outcome { model, step: step + 1, reason });
            }
        }
        Ok(Outcome { model, step: self.steps, reason: "all steps done".into() })
    }
}
