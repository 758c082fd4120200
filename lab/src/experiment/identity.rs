//! What makes two cells, or two pre-trainings, the same, and the folder that is named after it.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde_json::{Value, json};
use spanlight::finetune::FinetuneConfig;
use spanlight::settings::{Settings, object};
use spanlight::store::StoreError;

use super::{
    cell::{Cell, layered},
    checksum::{Checksums, of_text},
    grid::{Grid, Kind},
    run,
};
use crate::error::{Error, Result};

/// Settings of fine-tuning that are files or folders.
const INPUTS: [&str; 4] = ["train", "dev", "encoder", "init_from"];

/// Digits of an identity in the names of folders.
const SHORT: usize = 12;

/// Settings and inputs as one number, in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// All 64 digits.
    pub id: String,
    /// Sums of the inputs by name.
    pub inputs: BTreeMap<String, String>,
}

impl Identity {
    /// Of settings, whose inputs are replaced by their contents. A setting without a value counts
    /// as absent, so that new ones of that kind change nothing.
    fn of(settings: Settings, inputs: BTreeMap<String, String>) -> Self {
        let settings: BTreeMap<String, Value> = settings
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect();
        let text = json!([settings, inputs]).to_string();
        Self {
            id: of_text(&text),
            inputs,
        }
    }

    /// Of a cell.
    ///
    /// # Errors
    /// A setting that this build does not have, or an input that cannot be read.
    pub fn of_cell(grid: &Grid, cell: &Cell, checksums: &mut Checksums) -> Result<Self> {
        let config = cell.config(grid, None)?;
        let mut inputs = inputs(&config, checksums).map_err(|e| explained(grid, e))?;
        let test = checksums.of(&grid.data.test);
        inputs.insert("test".into(), test.map_err(|e| explained(grid, e))?);
        let variant = grid.variants.get(&cell.variant);
        if let Some(start) = variant.and_then(|v| v.pretraining.as_deref()) {
            let start = Self::of_pretraining(grid, start, checksums)?;
            inputs.insert("pretraining".into(), start.id);
        }
        Ok(Self::of(lean(&config)?, inputs))
    }

    /// Of a pre-training.
    ///
    /// # Errors
    /// As [`Self::of_cell`].
    pub fn of_pretraining(grid: &Grid, name: &str, checksums: &mut Checksums) -> Result<Self> {
        let spec = grid.pretrainings.get(name);
        let mut before = BTreeMap::new();
        if let Some(from) = spec.and_then(|spec| spec.from.as_ref()) {
            let id = Self::of_pretraining(grid, from, checksums)?.id;
            before.insert("pretraining".to_owned(), id);
        }
        match spec {
            Some(spec) if spec.kind == Kind::Finetune => {
                let config = layered(grid, &[&grid.finetune, &spec.settings])?;
                before.extend(inputs(&config, checksums)?);
                Ok(Self::of(lean(&config)?, before))
            }
            _ => {
                let mut settings = run::pretrain_settings(&grid.pretraining(name)?)?;
                let mut sums = before;
                for name in run::PRETRAIN_INPUTS {
                    for (i, path) in paths(settings.remove(name)).iter().enumerate() {
                        sums.insert(format!("{name}-{i}"), checksums.of(Path::new(path))?);
                    }
                }
                Ok(Self::of(settings, sums))
            }
        }
    }

    /// How the name of its folder ends.
    pub fn suffix(&self) -> String {
        self.id.chars().take(SHORT).collect()
    }
}

/// The names in a folder, some of which end in the [`Identity`] of what they hold.
#[derive(Debug, Default)]
pub struct Folders(Vec<String>);

impl Folders {
    /// Lists a folder, which need not exist.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn list(folder: &Path) -> Result<Self, StoreError> {
        let list = || -> io::Result<Self> {
            let mut names = Vec::new();
            for entry in fs::read_dir(folder)? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            Ok(Self(names))
        };
        match list() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            result => result.map_err(|e| StoreError::io("list", folder, e)),
        }
    }

    /// The name that belongs to an identity, whatever it begins with; else a new one.
    pub fn name(&self, stem: &str, identity: &Identity) -> String {
        let suffix = format!("-{}", identity.suffix());
        let known = self.0.iter().find(|name| name.ends_with(&suffix));
        known.cloned().unwrap_or_else(|| format!("{stem}{suffix}"))
    }
}

/// All settings but the inputs.
fn lean(config: &FinetuneConfig) -> Result<Settings> {
    let mut settings = object(config)?;
    settings.retain(|name, _| !INPUTS.contains(&name.as_str()));
    Ok(settings)
}

fn inputs(config: &FinetuneConfig, checksums: &mut Checksums) -> Result<BTreeMap<String, String>> {
    let paths = [
        ("train", &config.train),
        ("dev", &config.dev),
        ("encoder", &config.start.encoder),
    ];
    let mut sums = BTreeMap::new();
    for (name, path) in paths {
        if let Some(path) = path {
            sums.insert(name.to_owned(), checksums.of(path)?);
        }
    }
    Ok(sums)
}

/// A path, or a list of them.
fn paths(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::String(path)) => vec![path],
        Some(Value::Array(items)) => items.into_iter().flat_map(|v| paths(Some(v))).collect(),
        _ => vec![],
    }
}

/// Says where the data of a grid come from.
fn explained(grid: &Grid, error: Error) -> Error {
    match grid.data.source.as_str() {
        "" => error,
        source => Error::Usage(format!("{error}. The data: {source}")),
    }
}
