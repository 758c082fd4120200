//! Merges the settings of a run from defaults, a preset, a settings file and the command line.

mod preset;
mod save_every;
mod switches;
mod value;

use std::path::Path;

use clap::{ArgMatches, parser::ValueSource};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
pub use preset::{Preset, Presets};
pub use save_every::SaveEvery;
pub use switches::EncoderSwitches;
pub use value::{Range, at_least_one, check_all, check_optimizer, parse_lowercase, required};

/// Settings by name, as in a TOML table.
pub type Settings = Map<String, Value>;

/// The sources of the settings of one run.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a, T> {
    /// All flags; those that are not on the command line have their defaults.
    pub flags: &'a T,
    /// The parsed command line, which tells given flags from defaults.
    pub matches: &'a ArgMatches,
    /// Name and TOML of a preset.
    pub preset: Option<(&'a str, &'a str)>,
    /// A settings file.
    pub file: Option<&'a Path>,
}

impl<T: Serialize + DeserializeOwned> Layers<'_, T> {
    /// Merges the settings of a new run: the preset overrides the defaults, the file overrides the
    /// preset, and flags on the command line override the file.
    ///
    /// # Errors
    /// [`Error::Settings`] for a malformed file or an unknown field in it.
    pub fn settle(&self) -> Result<T> {
        let merged = self.over(object(self.flags)?)?;
        serde_json::from_value(Value::Object(merged))
            .map_err(|e| Error::Usage(format!("settings: {e}")))
    }

    /// Checks that no source changes the settings of a resumed run.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the setting that would change; otherwise as [`Self::settle`].
    pub fn agree(&self, saved: &T) -> Result<()> {
        let saved = object(saved)?;
        let wanted = self.over(saved.clone())?;
        let mut differing = wanted
            .into_iter()
            .filter(|(field, value)| saved[field] != *value);
        match differing.next() {
            None => Ok(()),
            Some((field, value)) => Err(Error::Usage(format!(
                "the run has {field} = {}, which cannot become {value}: a resumed run keeps its settings",
                saved[&field]
            ))),
        }
    }

    fn over(&self, mut merged: Settings) -> Result<Settings> {
        if let Some((name, text)) = self.preset {
            overlay(&mut merged, &table(text, Path::new(name))?, Path::new(name))?;
        }
        if let Some(path) = self.file {
            let text = crate::store::read_text(path)?;
            overlay(&mut merged, &table(&text, path)?, path)?;
        }
        for (field, value) in object(self.flags)? {
            if self.matches.try_contains_id(&field).is_ok()
                && self.matches.value_source(&field) == Some(ValueSource::CommandLine)
            {
                merged.insert(field, value);
            }
        }
        Ok(merged)
    }
}

/// Overrides the fields of a struct by tables, of which later ones win; `path` names their file.
///
/// # Errors
/// [`Error::Settings`] for an unknown field or a value that does not fit.
pub fn overlaid<T: Serialize + DeserializeOwned>(
    base: &T,
    tables: &[&Settings],
    path: &Path,
) -> Result<T> {
    let mut merged = object(base)?;
    for table in tables {
        overlay(&mut merged, table, path)?;
    }
    serde_json::from_value(Value::Object(merged)).map_err(|e| Error::Settings {
        path: path.into(),
        problem: e.to_string(),
    })
}

/// The settings of a struct by name.
///
/// # Errors
/// [`Error::Usage`] for a value that is no struct.
pub fn object<T: Serialize>(settings: &T) -> Result<Settings> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(map)) => Ok(map),
        other => Err(Error::Usage(format!("settings are no table: {other:?}"))),
    }
}

/// Parses a TOML table; `path` names it in messages.
///
/// # Errors
/// [`Error::Settings`].
pub fn table(text: &str, path: &Path) -> Result<Settings> {
    toml::from_str(text).map_err(|e| Error::Settings {
        path: path.into(),
        problem: e.to_string(),
    })
}

fn overlay(merged: &mut Settings, table: &Settings, path: &Path) -> Result<()> {
    for (field, value) in table {
        if !merged.contains_key(field) {
            let known: Vec<&str> = merged.keys().map(String::as_str).collect();
            return Err(Error::Settings {
                path: path.into(),
                problem: format!(
                    "unknown field `{field}`; the fields are {}",
                    known.join(", ")
                ),
            });
        }
        merged.insert(field.clone(), value.clone());
    }
    Ok(())
}
