//! Validation: scores on the development data after every epoch, and the weights of the best one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spanlight_core::predict::Predictor;
use spanlight_core::score::Report;
use spanlight_core::weights::{Stream, pending};
use spanlight_core::{JointModel, Schema};
use spanlight_learn::finetune::JointObjective;
use spanlight_learn::{Average, Trainer};

use super::config::FinetuneConfig;
use crate::error::Result;
use crate::evaluation::Evaluation;
use crate::event::Event;
use crate::run::{Ending, Length, Run};
use crate::store;

/// Evaluates, keeps the best weights and saves between the steps of a run.
pub struct Validation<'a> {
    /// Settings.
    pub config: &'a FinetuneConfig,
    /// The development data.
    pub evaluation: Evaluation<'a>,
    /// Labels.
    pub schema: &'a Schema,
    /// The weights that are evaluated and kept.
    pub average: Average<JointModel>,
    /// Which evaluation was best.
    pub selection: Selection,
    /// How far the run goes.
    pub length: Length,
}

impl Validation<'_> {
    /// After a step: why to stop, if so.
    ///
    /// # Errors
    /// A failing device or a full disk; what was saved before stays.
    pub fn after(
        &mut self,
        trainer: &Trainer<JointObjective>,
        run: &mut Run<'_>,
    ) -> Result<Option<(Ending, String)>> {
        let (config, step) = (self.config, trainer.finished());
        let Length {
            steps,
            steps_per_epoch,
        } = self.length;
        self.average.add(trainer.model(), step);
        let ends_epoch = step.is_multiple_of(steps_per_epoch);
        let epoch = step.div_ceil(steps_per_epoch);
        if ends_epoch && epoch > config.evaluate_from.min(config.epochs - 1) {
            self.evaluate(trainer.model(), step, epoch, run)?;
        }
        let stop = run.machine.interrupt.reason().filter(|_| step < steps);
        let stale = self.selection.stale;
        let end = match stop {
            _ if stale > config.patience => {
                let reason = format!("no progress in {stale} evaluations");
                Some((Ending::Complete, reason))
            }
            Some(stop) => Some((Ending::Stopped(stop), stop.reason().into())),
            None => None,
        };
        if end.is_some() || step == steps || run.due(config.save_every(), step) {
            run.save(trainer, self.average.state(), &self.selection)?;
        }
        Ok(end)
    }

    fn evaluate(
        &mut self,
        model: &JointModel,
        step: usize,
        epoch: usize,
        run: &mut Run<'_>,
    ) -> Result<()> {
        let averaged = self.average.of(model);
        let chunk = run.machine.processor().pieces(self.config.chunk);
        let schema = self.schema.clone();
        let predictor = Predictor::new(averaged, schema, self.config.decoding(), chunk);
        let report = self.evaluation.run(&predictor, run.machine.workers)?;
        let best = self.selection.add(&report);
        if best {
            let weights = Stream::new(pending(predictor.model()), None)?;
            store::write_stream(&run.folder.best(), weights)?;
        }
        run.emit(&Event::Evaluated {
            step: step as u64,
            epoch: epoch as u64,
            split: "dev".into(),
            metrics: metrics(&report),
            best,
        })
    }
}

/// What a run remembers of its evaluations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    best: Option<f64>,
    /// Scores of the best one.
    pub metrics: BTreeMap<String, f64>,
    /// Evaluations since then.
    pub stale: usize,
}

impl Selection {
    /// Takes in an evaluation; says whether it is the best so far by the sum of entity and strict F1
    /// (method §5).
    pub fn add(&mut self, report: &Report) -> bool {
        let score = report.full.entity.f1() + report.full.strict.f1();
        let best = self.best.is_none_or(|best| score > best);
        if best {
            *self = Self {
                best: Some(score),
                metrics: metrics(report),
                stale: 0,
            };
        } else {
            self.stale += 1;
        }
        best
    }
}

/// The scores that the loop shows.
pub fn metrics(report: &Report) -> BTreeMap<String, f64> {
    let full = &report.full;
    BTreeMap::from([
        ("entity_f1".into(), full.entity.f1()),
        ("relation_f1".into(), full.relation.f1()),
        ("strict_f1".into(), full.strict.f1()),
    ])
}
