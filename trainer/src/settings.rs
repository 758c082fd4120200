//! One struct for command line, settings file and saved run: layers of the same fields.

use std::path::Path;

use clap::{ArgMatches, parser::ValueSource};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Settings by name, as they stand in a TOML table.
pub type Settings = Map<String, Value>;

/// Overlays, lowest first: the struct's defaults, a preset, a settings file, and the flags that
/// stand on the command line.
///
/// # Errors
/// [`Error::Settings`] for a malformed file or an unknown field in it.
pub fn layered<T: Serialize + DeserializeOwned>(
    parsed: &T,
    matches: &ArgMatches,
    preset: Option<(&str, &str)>,
    file: Option<&Path>,
) -> Result<T> {
    let parsed = object(parsed)?;
    let mut merged = parsed.clone();
    if let Some((name, text)) = preset {
        overlay(&mut merged, &table(text, Path::new(name))?, Path::new(name))?;
    }
    if let Some(path) = file {
        let text = crate::store::read_text(path)?;
        overlay(&mut merged, &table(&text, path)?, path)?;
    }
    for (field, value) in parsed {
        if matches.try_contains_id(&field).is_ok()
            && matches.value_source(&field) == Some(ValueSource::CommandLine)
        {
            merged.insert(field, value);
        }
    }
    serde_json::from_value(Value::Object(merged))
        .map_err(|e| Error::Usage(format!("settings: {e}")))
}

/// Overlays tables, lowest first, over a struct; `path` is the file they come from.
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

/// Parses a TOML table; `path` only names it.
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
