//! A fine-tuning run inside an experiment.

use std::path::Path;

use spanlight::event::{Event, Sink, SinkError};
use spanlight::finetune::{FinetuneConfig, finetune};
use spanlight::place::Place;
use spanlight::sinks;
use spanlight::store::{self, RunFolder};

use crate::error::Result;

/// A complete run; no other process touches its folder while this value lives.
pub struct Run {
    /// The folder.
    pub folder: RunFolder,
    /// Seconds of training, interruptions not counted.
    pub seconds: f64,
}

/// Makes a run or goes on with it; nothing when it was interrupted.
///
/// # Errors
/// Whatever stops it; the next call goes on from the last checkpoint.
pub fn complete(config: &FinetuneConfig, path: &Path, place: &Place<'_>) -> Result<Option<Run>> {
    config.validate()?;
    let (folder, resumed) = RunFolder::create_or_resume(path)?;
    store::write_json(&folder.config(), config)?;
    let mut watch = Watch {
        sink: sinks::of_run(&folder, resumed)?,
        seconds: 0.0,
    };
    finetune(config, &folder, resumed, place, &mut watch)?;
    let seconds = watch.seconds;
    Ok((!place.interrupt.requested()).then_some(Run { folder, seconds }))
}

/// Remembers how long the run took.
struct Watch<S> {
    sink: S,
    seconds: f64,
}

impl<S: Sink> Sink for Watch<S> {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Event::Finished { seconds, .. } = event {
            self.seconds = *seconds;
        }
        self.sink.emit(event)
    }
}
