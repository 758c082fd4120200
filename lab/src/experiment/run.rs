//! Runs of fine-tuning and pre-training within an experiment.

use std::path::Path;

use spanlight::event::{Event, Sink, SinkError};
use spanlight::finetune::{self, FinetuneConfig};
use spanlight::machine::Machine;
use spanlight::pretrain::{self, PretrainConfig};
use spanlight::run::Ending;
use spanlight::settings::{Settings, object, overlaid};
use spanlight::sinks;
use spanlight::store::{self, RunFolder};

use crate::error::Result;

/// A complete run. Its folder stays locked while this value lives.
pub struct Run {
    /// The folder.
    pub folder: RunFolder,
    /// Seconds of training, without interruptions.
    pub seconds: f64,
}

/// Starts or resumes a fine-tuning in a folder; `None` after an interruption.
///
/// # Errors
/// Everything that stops the training; the next call resumes from the last checkpoint.
pub fn finetune(
    config: &FinetuneConfig,
    path: &Path,
    machine: &Machine<'_>,
) -> Result<Option<Run>> {
    config.validate()?;
    let (folder, resumed) = RunFolder::create_or_resume(path)?;
    store::write_json(&folder.config(), config)?;
    let mut watch = Watch {
        sink: sinks::of_run(&folder, resumed)?,
        seconds: 0.0,
    };
    let ending = finetune::finetune(config, &folder, resumed, machine, &mut watch)?;
    let seconds = watch.seconds;
    Ok((ending == Ending::Complete).then_some(Run { folder, seconds }))
}

/// A sink that passes events on and records the duration of the run.
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

/// Pre-training settings that name files or folders. The contents, not the names, identify a pre-training.
pub const PRETRAIN_INPUTS: [&str; 3] = ["corpus", "encoder", "init_from"];

/// The names of all pre-training settings.
///
/// # Errors
/// [`crate::error::Error::Spanlight`] if the settings cannot be serialised.
pub fn pretrain_fields() -> Result<Vec<String>> {
    Ok(object(&PretrainConfig::default())?
        .into_iter()
        .map(|(name, _)| name)
        .collect())
}

/// All settings of a pre-training: `settings` over the defaults.
///
/// # Errors
/// An unknown setting, or a value of the wrong type.
pub fn pretrain_settings(settings: &Settings) -> Result<Settings> {
    Ok(object(&pretrain_config(settings)?)?)
}

/// Starts or resumes a pre-training in a folder; `None` after an interruption.
///
/// # Errors
/// Everything that stops the training; the next call resumes from the last checkpoint.
pub fn pretrain(
    settings: &Settings,
    folder: &Path,
    machine: &Machine<'_>,
) -> Result<Option<RunFolder>> {
    let config = pretrain_config(settings)?;
    config.validate()?;
    let (run, resumed) = RunFolder::create_or_resume(folder)?;
    if !resumed {
        store::write_json(&run.config(), &config)?;
    }
    let mut sinks = sinks::of_run(&run, resumed)?;
    let ending = pretrain::pretrain(&config, &run, resumed, machine, &mut sinks)?;
    Ok((ending == Ending::Complete).then_some(run))
}

fn pretrain_config(settings: &Settings) -> Result<PretrainConfig> {
    Ok(overlaid(
        &PretrainConfig::default(),
        &[settings],
        Path::new("settings of a pre-training"),
    )?)
}
