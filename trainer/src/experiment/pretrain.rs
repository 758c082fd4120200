//! The only place where experiments meet self-supervised pre-training (method §4).

use std::path::Path;

use crate::{
    error::{Error, Result},
    finetune::Place,
    settings::Settings,
};

/// Settings whose values are files or folders (or lists of them): their contents, not their names,
/// identify a pre-training.
pub const INPUTS: [&str; 3] = ["corpus", "encoder", "init_from"];

/// The names of all settings; nothing while they are not known, and then none is checked.
pub fn fields() -> Option<Vec<String>> {
    None
}

/// All settings of a pre-training, those that nobody set included.
///
/// # Errors
/// A setting whose value does not fit.
pub fn effective(settings: &Settings) -> Result<Settings> {
    Ok(settings.clone())
}

/// Makes the run in `folder`, or goes on with it, until it is complete or
/// [`Place::interrupt`] asks to stop; a complete one returns at once. It locks the folder, and shows
/// and stores its events as [`crate::report::of_run`] does.
///
/// # Errors
/// Whatever stops it; what was saved stays usable.
pub fn pretrain(_settings: &Settings, _folder: &Path, _place: &Place<'_>) -> Result<()> {
    Err(Error::Usage(
        "this build has no pre-training, so cells that start from one cannot run".into(),
    ))
}
