//! What happens between steps: evaluation, the best weights, checkpoints, the end.

use std::time::Instant;

use spanlight_core::predict::Predictor;
use spanlight_core::weights::{state_of, write_safetensors};
use spanlight_core::{JointModel, Schema};

use super::average::Average;
use super::config::FinetuneConfig;
use super::selection::{Selection, metrics};
use crate::device::at_once;
use crate::error::Result;
use crate::evaluation::Evaluation;
use crate::event::{Event, Sink};
use crate::place::Place;
use crate::store::{self, RunFolder};
use crate::train::{AdamW, Checkpoint, Progress, Verdict};

/// Looks after a run.
pub struct Keeper<'a> {
    /// Settings.
    pub config: &'a FinetuneConfig,
    /// Where everything goes.
    pub folder: &'a RunFolder,
    /// Where it is computed, and who may stop it.
    pub place: &'a Place<'a>,
    /// The development data.
    pub evaluation: Evaluation<'a>,
    /// Labels.
    pub schema: &'a Schema,
    /// The weights that are evaluated and kept.
    pub average: Average,
    /// Which were best.
    pub selection: Selection,
    /// Steps of a pass over the data.
    pub steps_per_epoch: usize,
    /// When this process began.
    pub start: Instant,
    /// Seconds spent before that.
    pub earlier: f64,
}

impl Keeper<'_> {
    /// After the given number of steps: whether to go on.
    ///
    /// # Errors
    /// A failing device or a full disk; what was saved before stays.
    pub fn after(
        &mut self,
        model: &JointModel,
        optimizer: &AdamW,
        step: usize,
        sink: &mut dyn Sink,
    ) -> Result<Verdict> {
        self.average.add(model, step);
        let config = self.config;
        let ends_epoch = step.is_multiple_of(self.steps_per_epoch);
        let epoch = step.div_ceil(self.steps_per_epoch);
        if ends_epoch && epoch > config.evaluate_from.min(config.epochs - 1) {
            self.evaluate(model, step, epoch, sink)?;
        }
        let stop = self.place.interrupt.reason();
        if stop.is_some() || ends_epoch {
            self.save(model, optimizer, step, sink)?;
        }
        Ok(match (stop, self.selection.stale) {
            (Some(reason), _) if step < self.steps_per_epoch * config.epochs => {
                Verdict::Stop(reason.into())
            }
            (_, stale) if stale > config.patience => {
                Verdict::Stop(format!("no progress in {stale} evaluations"))
            }
            _ => Verdict::Continue,
        })
    }

    /// Seconds of the run so far.
    pub fn seconds(&self) -> f64 {
        self.earlier + self.start.elapsed().as_secs_f64()
    }

    fn evaluate(
        &mut self,
        model: &JointModel,
        step: usize,
        epoch: usize,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let smooth = self.average.of(model);
        let predictor = Predictor::new(
            smooth,
            self.schema.clone(),
            at_once(self.place.device, self.config.chunk),
        );
        let report = self.evaluation.run(&predictor, self.place.workers)?;
        let best = self.selection.add(&report);
        if best {
            let weights = pollster::block_on(state_of(predictor.model()))?;
            store::write_atomic(&self.folder.best(), &write_safetensors(&weights, None)?)?;
        }
        Ok(sink.emit(&Event::Evaluated {
            step: step as u64,
            epoch: epoch as u64,
            split: "dev".into(),
            metrics: metrics(&report),
            best,
        })?)
    }

    fn save(
        &self,
        model: &JointModel,
        optimizer: &AdamW,
        step: usize,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let progress = Progress {
            step,
            seconds: self.seconds(),
            task: self.selection.clone(),
        };
        let packed = Checkpoint::pack(model, optimizer, self.average.state()?, &progress)?;
        store::write_atomic(&self.folder.checkpoint(), &packed)?;
        Ok(sink.emit(&Event::Saved {
            step: step as u64,
            path: self.folder.checkpoint().display().to_string(),
        })?)
    }
}
