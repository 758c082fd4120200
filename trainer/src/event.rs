//! Events of a run, and the sinks that receive them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use spanlight_core::loss::Measure;

use crate::store::StoreError;

/// An event of a run. As JSON, it is one object with its name in `event`; NaN and infinity (a
/// diverged loss) are written as `null`, which is read back as NaN.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins.
    Started {
        /// Subcommand, such as `finetune`.
        command: String,
        /// The device, as [`crate::device::DeviceChoice::open`] describes it.
        device: String,
        /// Number of trained parameters.
        parameters: u64,
        /// Optimizer steps of the whole run.
        steps: u64,
        /// Passes over the training data.
        epochs: u64,
        /// Seed of all random numbers.
        seed: u64,
        /// The whole configuration.
        config: serde_json::Value,
    },

    /// One optimizer step is done.
    Step {
        /// Steps done, from 1.
        step: u64,
        /// Steps of the whole run.
        steps: u64,
        /// Epoch under way, from 1.
        epoch: u64,
        /// Loss by objective; `total` is the weighted sum that was minimized.
        #[serde(deserialize_with = "numbers")]
        losses: BTreeMap<String, f64>,
        /// Accuracies by name, in [0, 1], such as the share of pairs that recognised their own context.
        #[serde(
            default,
            deserialize_with = "numbers",
            skip_serializing_if = "BTreeMap::is_empty"
        )]
        shares: BTreeMap<String, f64>,
        /// Figures that the progress line shows besides the total; for display only, never stored.
        #[serde(skip)]
        figures: Vec<Figure>,
        /// Norm of the gradient before clipping.
        #[serde(deserialize_with = "number")]
        grad_norm: f64,
        /// Learning rate of the step.
        #[serde(deserialize_with = "number")]
        learning_rate: f64,
        /// Word-pieces in the batch, without padding.
        pieces: u64,
        /// Duration of the step.
        #[serde(deserialize_with = "number")]
        seconds: f64,
    },

    /// A corpus is being read; for display only, never stored.
    Reading {
        /// Bytes read from disk.
        done: u64,
        /// Bytes on disk.
        total: u64,
        /// Sentences kept so far.
        sentences: u64,
    },

    /// An evaluation is done.
    Evaluated {
        /// Steps done.
        step: u64,
        /// Epochs done, or under way.
        epoch: u64,
        /// Name of the data, such as `dev`.
        split: String,
        /// Measures by name. Those whose name contains `f1`, `precision` or `recall` are
        /// fractions of 1 (shown as percentages).
        #[serde(deserialize_with = "numbers")]
        metrics: BTreeMap<String, f64>,
        /// Whether it is better than all earlier evaluations.
        best: bool,
    },

    /// A checkpoint or the best weights are on disk. Everything before this event is part of
    /// the checkpoint, so an evaluation due at the same step goes first.
    Saved {
        /// Steps done.
        step: u64,
        /// The file.
        path: String,
    },

    /// A message to the user.
    Note {
        /// One line.
        message: String,
    },

    /// A cell of an experiment begins or ends.
    Cell {
        /// Name of the cell.
        cell: String,
        /// State of the cell.
        state: CellState,
        /// Number of cells that have their scores, including those of earlier runs.
        done: u64,
        /// Number of cells that failed.
        failed: u64,
        /// Number of cells in the experiment.
        total: u64,
        /// Estimated seconds until all cells are finished; `None` before the first is.
        left: Option<f64>,
    },

    /// The run is over.
    Finished {
        /// The reason, such as `completed` or `interrupted`.
        reason: String,
        /// Duration of the run.
        #[serde(deserialize_with = "number")]
        seconds: f64,
        /// Measures of the best evaluation.
        #[serde(deserialize_with = "numbers")]
        best: BTreeMap<String, f64>,
    },
}

/// A figure of a step for the progress line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Name of the figure, such as `tbo`.
    pub name: &'static str,
    /// Whether it is a loss or an accuracy, which is in [0, 1].
    pub kind: Measure,
    /// The value; NaN in a step without one.
    pub value: f64,
}

/// State of a cell of an experiment.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// It starts or resumes.
    Started,
    /// It has its scores.
    Finished,
    /// An error stopped it.
    Failed,
}

impl Event {
    /// Moves the accuracies among the losses to `shares`: files of earlier versions have no `shares`.
    pub fn with_shares_apart(mut self) -> Self {
        if let Self::Step { losses, shares, .. } = &mut self {
            shares.extend(losses.extract_if(.., |name, _| name.starts_with("recognised_")));
        }
        self
    }

    /// Steps done at the time of the event; `None` for an event that belongs to no step.
    pub fn step(&self) -> Option<u64> {
        match self {
            Self::Step { step, .. } | Self::Evaluated { step, .. } | Self::Saved { step, .. } => {
                Some(*step)
            }
            _ => None,
        }
    }
}

// JSON has no NaN or infinity; serde_json writes `null` and would refuse to read it back.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
}

fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let read = BTreeMap::<String, Option<f64>>::deserialize(from)?;
    Ok(read
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or(f64::NAN)))
        .collect())
}

/// Why a [`Sink`] could not take an event.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// A file of the run cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),

    /// The chart cannot be drawn.
    #[error("cannot draw the training chart: {0}")]
    Chart(String),
}

/// A receiver of events.
pub trait Sink {
    /// Receives an event.
    ///
    /// # Errors
    /// If the event cannot be shown or stored; the run itself is not affected.
    fn emit(&mut self, event: &Event) -> Result<(), SinkError>;
}

/// Several sinks as one.
#[derive(Default)]
pub struct Sinks(pub Vec<Box<dyn Sink>>);

impl Sink for Sinks {
    /// Sends the event to all sinks, even if one fails; returns the first error.
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        let mut result = Ok(());
        for sink in &mut self.0 {
            result = result.and(sink.emit(event));
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, rc::Rc};

    use super::*;

    #[test]
    fn events_survive_json_even_when_the_loss_does_not() {
        let event = Event::Step {
            step: 3,
            steps: 10,
            epoch: 1,
            losses: BTreeMap::from([("total".to_owned(), f64::NAN), ("pair".to_owned(), 0.5)]),
            shares: BTreeMap::new(),
            figures: vec![Figure {
                name: "shown",
                kind: Measure::Accuracy,
                value: 0.5,
            }],
            grad_norm: f64::INFINITY,
            learning_rate: 5e-5,
            pieces: 99,
            seconds: 0.25,
        };
        let text = serde_json::to_string(&event).unwrap();
        assert!(text.starts_with(r#"{"event":"step","step":3,"#), "{text}");
        assert!(!text.contains("shown"), "{text}");
        let Event::Step {
            losses, grad_norm, ..
        } = serde_json::from_str(&text).unwrap()
        else {
            panic!("{text}");
        };
        assert!(losses["total"].is_nan() && grad_norm.is_nan());
        assert_eq!(losses["pair"], 0.5);
    }

    #[test]
    fn shares_among_the_losses_of_older_files_are_found() {
        let event: Event = serde_json::from_value(serde_json::json!({
            "event": "step", "step": 1, "steps": 9, "epoch": 1,
            "losses": { "total": 2.0, "cspo_target": 3.0, "recognised_target": 0.5 },
            "grad_norm": 1, "learning_rate": 1e-5, "pieces": 1, "seconds": 1
        }))
        .unwrap();
        let Event::Step { losses, shares, .. } = event.with_shares_apart() else {
            panic!("no step");
        };
        assert_eq!(
            losses.into_keys().collect::<Vec<_>>(),
            ["cspo_target", "total"]
        );
        assert_eq!(
            shares,
            BTreeMap::from([("recognised_target".to_owned(), 0.5)])
        );
    }

    #[test]
    fn all_sinks_receive_an_event_although_the_first_fails() {
        struct Fails;
        impl Sink for Fails {
            fn emit(&mut self, _: &Event) -> Result<(), SinkError> {
                Err(SinkError::Chart("no paper".to_owned()))
            }
        }
        struct Counts(Rc<Cell<usize>>);
        impl Sink for Counts {
            fn emit(&mut self, _: &Event) -> Result<(), SinkError> {
                self.0.set(self.0.get() + 1);
                Ok(())
            }
        }
        let count = Rc::new(Cell::new(0));
        let mut sinks = Sinks(vec![Box::new(Fails), Box::new(Counts(count.clone()))]);
        let result = sinks.emit(&Event::Note {
            message: "news".to_owned(),
        });
        assert_eq!(count.get(), 1);
        assert!(result.unwrap_err().to_string().contains("no paper"));
    }
}
