//! One struct for command line, settings file and saved run: layers of the same fields.

use std::path::Path;

use clap::{ArgMatches, parser::ValueSource};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::error::{Error, Result};

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
        overlay(&mut merged, text, Path::new(name))?;
    }
    if let Some(path) = file {
        overlay(&mut merged, &crate::store::read_text(path)?, path)?;
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

fn object<T: Serialize>(settings: &T) -> Result<Map<String, Value>> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(map)) => Ok(map),
        other => Err(Error::Usage(format!("settings are no table: {other:?}"))),
    }
}

fn overlay(merged: &mut Map<String, Value>, text: &str, path: &Path) -> Result<()> {
    let fail = |problem: String| Error::Settings {
        path: path.into(),
        problem,
    };
    let table: Map<String, Value> = toml::from_str(text).map_err(|e| fail(e.to_string()))?;
    for (field, value) in table {
        if !merged.contains_key(&field) {
            let known: Vec<&str> = merged.keys().map(String::as_str).collect();
            return Err(fail(format!(
                "unknown field `{field}`; the fields are {}",
                known.join(", ")
            )));
        }
        merged.insert(field, value);
    }
    Ok(())
}
