//! A training run between its folder, its machine and those who watch it.

use std::collections::BTreeMap;
use std::time::Instant;

use burn::module::Module;
use pollster::block_on;
use serde::Serialize;
use serde::de::DeserializeOwned;
use spanlight_core::config::ClsRepr;
use spanlight_core::loss::Measure;
use spanlight_core::weights::{PendingState, StateDict};
use spanlight_learn::{
    AdamW, Checkpoint, Difference, Objective, Origin, Progress, StepLoss, StepReport, Trainer,
};

use crate::error::{Error, Result};
use crate::event::{Event, Figure, Sink};
use crate::interrupt::Stop;
use crate::machine::Machine;
use crate::model_spec::ModelSpec;
use crate::settings::SaveEvery;
use crate::store::{self, RunFolder};
use crate::threads::Threads;

/// A run: where it is kept, what it computes on, who watches it, and how long it has taken.
pub struct Run<'a> {
    /// The folder with everything that the run saves.
    pub folder: &'a RunFolder,
    /// Whether it goes on from the checkpoint in its folder.
    pub resumed: bool,
    /// What it computes on.
    pub machine: &'a Machine<'a>,
    sink: &'a mut dyn Sink,
    begin: Instant,
    /// Seconds that earlier processes spent on the run.
    earlier: f64,
    /// What the steps are made with.
    origin: Origin,
    saved: Instant,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// There is nothing left to do.
    Complete,
    /// It was stopped, and goes on with `--resume`.
    Stopped(Stop),
}

/// How far a run goes.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// Steps of the whole run.
    pub steps: usize,
    /// Steps of a pass over the data.
    pub steps_per_epoch: usize,
}

impl<'a> Run<'a> {
    /// A run whose clock starts now.
    pub fn new(
        folder: &'a RunFolder,
        resumed: bool,
        machine: &'a Machine<'a>,
        sink: &'a mut dyn Sink,
    ) -> Self {
        Self {
            folder,
            resumed,
            machine,
            sink,
            begin: Instant::now(),
            earlier: 0.0,
            origin: Origin {
                program: concat!("spanlight ", env!("CARGO_PKG_VERSION")).into(),
                processor: machine.kind(),
                inputs: BTreeMap::new(),
            },
            saved: Instant::now(),
        }
    }

    /// Notes the fingerprint of something that the run reads, which must be the same when it goes on.
    pub fn reads(&mut self, name: &str, fingerprint: String) {
        self.origin.inputs.insert(name.into(), fingerprint);
    }

    /// Seconds of the run so far.
    pub fn seconds(&self) -> f64 {
        self.earlier + self.begin.elapsed().as_secs_f64()
    }

    /// Tells those who watch.
    ///
    /// # Errors
    /// What keeps them from showing or storing it.
    pub fn emit(&mut self, event: &Event) -> Result<()> {
        Ok(self.sink.emit(event)?)
    }

    /// Tells those who watch a line.
    ///
    /// # Errors
    /// As [`Self::emit`].
    pub fn note(&mut self, message: String) -> Result<()> {
        self.emit(&Event::Note { message })
    }

    /// Saves the specification of a new run's model, and tells if its sentence vector is not the one wanted.
    ///
    /// # Errors
    /// A full disk.
    pub fn specify(&mut self, spec: &ModelSpec, wanted: ClsRepr) -> Result<()> {
        if self.resumed {
            return Ok(());
        }
        if let Some(note) = spec.note(wanted) {
            self.note(note)?;
        }
        spec.save(self.folder)
    }

    /// The model, the arrays that the task keeps besides, and the progress: of the checkpoint where the run goes
    /// on, else of its start.
    ///
    /// # Errors
    /// A damaged checkpoint, or one of another model, other data, another version or another processor.
    pub fn restore<M: Module, T: Default + DeserializeOwned>(
        &mut self,
        model: M,
        optimizer: &mut AdamW,
    ) -> Result<(M, StateDict, Progress<T>)> {
        if !self.resumed {
            let start = Progress {
                step: 0,
                seconds: 0.0,
                origin: self.origin.clone(),
                task: T::default(),
            };
            return Ok((model, StateDict::new(), start));
        }
        let bytes = store::read(&self.folder.checkpoint())?;
        let restored: (M, StateDict, Progress<T>) =
            Checkpoint::unpack(&bytes, model, optimizer, self.machine.device)?;
        self.earlier = restored.2.seconds;
        self.compare(&restored.2.origin)?;
        Ok(restored)
    }

    /// Refuses to go on from a checkpoint that something else was made with.
    fn compare(&mut self, then: &Origin) -> Result<()> {
        for difference in then.differences(&self.origin) {
            let Difference {
                what,
                then,
                now,
                bearable,
            } = difference;
            let changed =
                format!("the {what} was `{then}` when this run was saved and is `{now}` now");
            if bearable && self.machine.elsewhere {
                self.note(format!("{changed}; it goes on, but not to the bit"))?;
                continue;
            }
            let remedy = if bearable {
                "go on there, or add --resume-elsewhere: the result will not be that of an uninterrupted run \
                 to the bit"
            } else {
                "put it back as it was, or start a new run"
            };
            let path = self.folder.path().into();
            let problem = format!("{changed}; {remedy}");
            return Err(Error::Folder { path, problem });
        }
        Ok(())
    }

    /// Tells what is about to be trained.
    ///
    /// # Errors
    /// As [`Self::emit`].
    pub fn announce(
        &mut self,
        command: &str,
        parameters: usize,
        length: Length,
        seed: u64,
        config: &impl Serialize,
    ) -> Result<()> {
        self.emit(&Event::Started {
            command: command.into(),
            device: self.machine.description.clone(),
            parameters: parameters as u64,
            steps: length.steps as u64,
            epochs: length.steps.div_ceil(length.steps_per_epoch.max(1)) as u64,
            seed,
            config: serde_json::to_value(config).unwrap_or_default(),
        })
    }

    /// Makes all steps that are left. `after` sees every one and may end the run; returns how it ended, and the
    /// reason in words.
    ///
    /// # Errors
    /// Those of a step and of `after`; what was saved stays usable.
    pub fn steps<O: Objective>(
        &mut self,
        trainer: &mut Trainer<O>,
        length: Length,
        learning_rate: f64,
        mut after: impl FnMut(&Trainer<O>, &mut Self) -> Result<Option<(Ending, String)>>,
    ) -> Result<(Ending, String)> {
        let threads = Threads(self.machine.workers);
        while trainer.finished() < length.steps {
            let begin = Instant::now();
            let report = block_on(trainer.step(&threads))?;
            let seconds = begin.elapsed().as_secs_f64();
            self.emit(&step_event(&report, length, learning_rate, seconds))?;
            if let Some(end) = after(trainer, self)? {
                return Ok(end);
            }
        }
        Ok((Ending::Complete, "all steps done".into()))
    }

    /// Whether a checkpoint is due after `step`.
    pub fn due(&self, every: SaveEvery, step: usize) -> bool {
        match every {
            SaveEvery::Steps(steps) => step.is_multiple_of(steps),
            SaveEvery::Minutes(minutes) => self.saved.elapsed().as_secs_f64() >= 60.0 * minutes,
        }
    }

    /// Replaces the checkpoint of the run.
    ///
    /// # Errors
    /// A failing device or a full disk; the checkpoint before stays.
    pub fn save<O: Objective, T: Serialize>(
        &mut self,
        trainer: &Trainer<O>,
        extra: PendingState,
        task: T,
    ) -> Result<()> {
        let progress = Progress {
            step: trainer.finished(),
            seconds: self.seconds(),
            origin: self.origin.clone(),
            task,
        };
        let (model, optimizer) = (trainer.model(), trainer.optimizer());
        let packed = Checkpoint::pack(model, optimizer, extra, &progress)?;
        let path = self.folder.checkpoint();
        store::write_stream(&path, packed)?;
        self.saved = Instant::now();
        self.emit(&Event::Saved {
            step: progress.step as u64,
            path: path.display().to_string(),
        })
    }

    /// Tells that the run is over.
    ///
    /// # Errors
    /// As [`Self::emit`].
    pub fn finish(&mut self, reason: String, best: BTreeMap<String, f64>) -> Result<()> {
        let seconds = self.seconds();
        self.emit(&Event::Finished {
            reason,
            seconds,
            best,
        })
    }
}

/// The event of a step that took `seconds`.
pub fn step_event(report: &StepReport, length: Length, learning_rate: f64, seconds: f64) -> Event {
    let means = |measure: Measure| {
        let losses = report.losses.iter().filter(move |l| l.measure == measure);
        losses.filter_map(|loss| Some((loss.name.to_owned(), loss.mean?)))
    };
    let mut losses: BTreeMap<String, f64> = means(Measure::CrossEntropy).collect();
    losses.insert("total".into(), report.total);
    Event::Step {
        step: report.step as u64,
        steps: length.steps as u64,
        epoch: report.step.div_ceil(length.steps_per_epoch.max(1)) as u64,
        losses,
        shares: means(Measure::Accuracy).collect(),
        figures: figures(&report.losses),
        grad_norm: report.gradient_norm,
        learning_rate: report.rate_factor * learning_rate,
        pieces: report.pieces as u64,
        seconds,
    }
}

/// The mean over both views of an objective, whose losses stand side by side under its name and that of the view
/// (`tbo_target`); NaN for an objective without rows in this step.
fn figures(losses: &[StepLoss]) -> Vec<Figure> {
    let objective = |loss: &StepLoss| loss.name.split('_').next().unwrap_or(loss.name);
    let views = losses.chunk_by(|a, b| objective(a) == objective(b));
    let figure = |views: &[StepLoss]| {
        let means: Vec<f64> = views.iter().filter_map(|view| view.mean).collect();
        Figure {
            name: objective(&views[0]),
            kind: views[0].measure,
            value: means.iter().sum::<f64>() / means.len() as f64,
        }
    };
    views.map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step of pre-training.
    fn losses() -> Vec<StepLoss> {
        let loss = |name, mean| StepLoss {
            name,
            measure: Measure::CrossEntropy,
            weight: 1.0,
            mean: Some(mean),
        };
        let right = |name, mean| StepLoss {
            measure: Measure::Accuracy,
            weight: 0.0,
            ..loss(name, mean)
        };
        vec![
            loss("tbo_target", 4.0),
            loss("tbo_context", 5.0),
            loss("spo_target", 1.5),
            loss("spo_context", 2.0),
            right("recognised_target", 0.5),
            right("recognised_context", 0.75),
        ]
    }

    #[test]
    fn views_are_averaged() {
        let figure = |name, measure, value| Figure {
            name,
            kind: measure,
            value,
        };
        let expected = [
            figure("tbo", Measure::CrossEntropy, 4.5),
            figure("spo", Measure::CrossEntropy, 1.75),
            figure("recognised", Measure::Accuracy, 0.625),
        ];
        assert_eq!(figures(&losses()), expected);
    }

    #[test]
    fn an_objective_without_rows_is_no_number() {
        let mut step = losses();
        step[2].mean = None;
        let values = |step: &[StepLoss]| -> Vec<f64> {
            figures(step).iter().map(|figure| figure.value).collect()
        };
        assert_eq!(values(&step), [4.5, 2.0, 0.625]);
        step[3].mean = None;
        assert!(values(&step)[1].is_nan());
    }

    #[test]
    fn losses_and_shares_are_told_apart() {
        let report = StepReport {
            step: 7,
            losses: losses(),
            total: 3.0,
            gradient_norm: 1.0,
            rate_factor: 0.5,
            pieces: 9,
        };
        let length = Length {
            steps: 20,
            steps_per_epoch: 5,
        };
        let Event::Step {
            epoch,
            losses,
            shares,
            learning_rate,
            ..
        } = step_event(&report, length, 1e-3, 0.1)
        else {
            panic!("no step");
        };
        assert_eq!((epoch, learning_rate), (2, 5e-4));
        let names: Vec<&str> = losses.keys().map(String::as_str).collect();
        let expected = [
            "spo_context",
            "spo_target",
            "tbo_context",
            "tbo_target",
            "total",
        ];
        assert_eq!(names, expected);
        assert_eq!(shares["recognised_context"], 0.75);
    }
}
