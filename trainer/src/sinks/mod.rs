//! Sinks of events: the terminal, a file and a chart.

mod chart;
mod format;
mod jsonl;
mod plot;
mod progress;
mod terminal;

use spanlight_learn::Checkpoint;

use crate::error::Result;
use crate::event::{Event, Sink, SinkError, Sinks};
use crate::store::{self, RunFolder};

pub use chart::{Curve, Panel, draw};
pub use jsonl::{Jsonl, Record};
pub use plot::Plot;
pub use terminal::Terminal;

/// The sinks of a new or resumed run: the terminal, the events file and the chart.
///
/// # Errors
/// If the checkpoint is damaged or a file cannot be written.
pub fn of_run(folder: &RunFolder, resumed: bool) -> Result<Lenient> {
    let events = if resumed {
        let step = Checkpoint::step(&store::read(&folder.checkpoint())?)?;
        Jsonl::resume(&folder.events(), step)?
    } else {
        Jsonl::create(&folder.events())?
    };
    Ok(Lenient(Sinks(vec![
        Box::new(Terminal::new()),
        Box::new(events),
        Box::new(Plot::new(folder.events(), folder.chart())),
    ])))
}

/// Sinks that log a warning if the chart cannot be drawn, instead of ending the run.
pub struct Lenient(pub Sinks);

impl Sink for Lenient {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        match self.0.emit(event) {
            Err(SinkError::Chart(problem)) => {
                tracing::warn!("the training chart cannot be drawn: {problem}");
                Ok(())
            }
            other => other,
        }
    }
}
