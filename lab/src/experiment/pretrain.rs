//! The only place where experiments meet self-supervised pre-training (method §4).

use std::path::Path;

use spanlight::place::Place;
use spanlight::pretrain::{self, PretrainConfig};
use spanlight::settings::{Settings, object, overlaid};
use spanlight::sinks;
use spanlight::store::{RunFolder, write_json};

use crate::error::Result;

/// Settings whose values are files or folders (or lists of them): their contents, not their names,
/// identify a pre-training.
pub const INPUTS: [&str; 3] = ["corpus", "encoder", "init_from"];

/// The names of all settings.
///
/// # Errors
/// None that settings can cause.
pub fn fields() -> Result<Vec<String>> {
    Ok(object(&PretrainConfig::default())?
        .into_iter()
        .map(|(name, _)| name)
        .collect())
}

/// All settings of a pre-training, those that nobody set included.
///
/// # Errors
/// A setting that there is not, or whose value does not fit.
pub fn effective(settings: &Settings) -> Result<Settings> {
    Ok(object(&config(settings)?)?)
}

/// Makes the run in `folder`, or goes on with it, until it is complete; nothing when it was
/// interrupted.
///
/// # Errors
/// Whatever stops it; what was saved stays usable.
pub fn pretrain(
    settings: &Settings,
    folder: &Path,
    place: &Place<'_>,
) -> Result<Option<RunFolder>> {
    let config = config(settings)?;
    config.validate()?;
    let (run, resumed) = RunFolder::create_or_resume(folder)?;
    if !resumed {
        write_json(&run.config(), &config)?;
    }
    let mut sinks = sinks::of_run(&run, resumed)?;
    pretrain::pretrain(&config, &run, resumed, place, &mut sinks)?;
    Ok((!place.interrupt.requested()).then_some(run))
}

fn config(settings: &Settings) -> Result<PretrainConfig> {
    Ok(overlaid(
        &PretrainConfig::default(),
        &[settings],
        Path::new("settings of a pre-training"),
    )?)
}
