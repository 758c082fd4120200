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
    /// Trains from step `from` on; `after` sees the model after every step. Gives the reason of the end.
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
    ) -> Result<String> {
        for step in from..self.steps {
            let start = Instant::now();
            let found = gradients(
                self.objective,
                &model,
                self.device,
                step,
                self.seed,
                self.workers,
            )?;
            let factor = self.schedule.factor(step);
            let norm;
            (model, norm) =
                optimizer.step(model, found.gradients, self.groups, factor, self.workers)?;
            let mut losses: BTreeMap<String, f64> = BTreeMap::new();
            let mut total = 0.0;
            let named = self.objective.names().iter().zip(self.objective.weights());
            for ((name, weight), loss) in named.zip(&found.losses) {
                if let Some(loss) = loss {
                    if *weight > 0.0 {
                        total += f64::from(*weight) * loss;
                    }
                    losses.insert(name.to_string(), *loss);
                }
            }
            losses.insert("total".into(), total);
            if !norm.is_finite() || losses.values().any(|l| !l.is_finite()) {
                return Err(Error::Diverged {
                    step,
                    losses: format!("{losses:?}"),
                    norm,
                });
            }
            self.objective.stepped(&model, step)?;
            sink.emit(&Event::Step {
                step: (step + 1) as u64,
                steps: self.steps as u64,
                epoch: (step / self.steps_per_epoch.max(1) + 1) as u64,
                figures: self.objective.figures(&losses),
                losses,
                grad_norm: norm,
                learning_rate: factor * self.learning_rate,
                pieces: found.pieces as u64,
                seconds: start.elapsed().as_secs_f64(),
            })?;
            if let Verdict::Stop(reason) = after(&model, optimizer, step + 1, sink)? {
                return Ok(reason);
            }
        }
        Ok("all steps done".into())
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::Linear;

    use super::*;
    use crate::event::SinkError;
    use crate::train::parallel::tests::Regression;
    use crate::train::{AdamWConfig, Group};

    /// Keeps the total loss of every step.
    #[derive(Default)]
    struct Losses(Vec<f64>);

    impl Sink for Losses {
        fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
            if let Event::Step { step, losses, .. } = event {
                self.0.push(losses["total"]);
                assert_eq!(*step, self.0.len() as u64);
            }
            Ok(())
        }
    }

    fn run(
        learning_rate: f64,
        after: impl FnMut(&Linear, &AdamW, usize, &mut dyn Sink) -> Result<Verdict>,
    ) -> (Result<String>, Vec<f64>) {
        let device = Device::flex().autodiff();
        let model = Regression::model(1, &device);
        let config = AdamWConfig {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-6,
            weight_decay: 0.0,
            bias_correction: true,
            clip: 1.0,
        };
        let mut optimizer = AdamW::new(config, &model);
        let driver = Driver {
            objective: &Regression {
                dropout: 0.0,
                ..Regression::new()
            },
            groups: &Groups::new(move |_| Group {
                learning_rate,
                decay: false,
            }),
            schedule: Schedule::new(200, 0.1),
            device: &device,
            workers: 2,
            seed: 5,
            steps: 200,
            steps_per_epoch: 10,
            learning_rate,
        };
        let mut losses = Losses::default();
        let outcome = driver.run(model, &mut optimizer, 0, &mut losses, after);
        (outcome, losses.0)
    }

    #[test]
    fn learns_a_linear_function() {
        let mut weight = Vec::new();
        let (reason, losses) = run(0.1, |model, _, _, _| {
            let data = model.weight.val().into_data();
            weight = data.try_into_vec::<f32>().unwrap();
            Ok(Verdict::Continue)
        });
        assert_eq!(
            (reason.unwrap().as_str(), losses.len()),
            ("all steps done", 200)
        );
        let worst = weight
            .iter()
            .zip([2.0, -1.0, 0.5])
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(
            worst < 0.05 && losses[199] < 0.05,
            "{weight:?} at the loss {}",
            losses[199]
        );
    }

    #[test]
    fn stops_when_the_task_says_so() {
        let (outcome, losses) = run(0.1, |_, _, step, _| match step {
            7 => Ok(Verdict::Stop("enough".into())),
            _ => Ok(Verdict::Continue),
        });
        assert_eq!((outcome.unwrap().as_str(), losses.len()), ("enough", 7));
    }

    #[test]
    fn a_run_that_diverges_names_the_step() {
        let mut steps = 0;
        let (outcome, losses) = run(1e38, |_, _, step, _| {
            steps = step;
            Ok(Verdict::Continue)
        });
        let Err(Error::Diverged { step, norm, .. }) = outcome else {
            panic!("it went on")
        };
        assert_eq!((step, steps), (losses.len(), losses.len()));
        assert!(step < 5 && !norm.is_finite());
    }
}
