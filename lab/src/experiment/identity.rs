//! Identities of cells and pre-trainings, which end the names of their folders.

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

/// Fine-tuning settings that name files or folders.
const INPUTS: [&str; 4] = ["train", "dev", "encoder", "init_from"];

/// Number of digits of an identity in a folder's name.
const SHORT: usize = 12;

/// Hash of settings and inputs: two cells with the same identity are the same training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 sum: 64 hexadecimal digits.
    pub id: String,
    /// SHA-256 sums of the inputs by name.
    pub inputs: BTreeMap<String, String>,
}

impl Identity {
    /// Identity of settings without inputs, and the sums of the inputs. A setting that is null counts as absent,
    /// so that a new setting that defaults to null keeps all identities.
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

    /// Identity of a cell.
    ///
    /// # Errors
    /// An unknown setting, or an input that cannot be read.
    pub fn of_cell(grid: &Grid, cell: &Cell, checksums: &mut Checksums) -> Result<Self> {
        let config = cell.config(grid, None)?;
        let mut inputs = inputs(&config, checksums).map_err(|e| with_source(grid, e))?;
        let test = checksums.of(&grid.data.test);
        inputs.insert("test".into(), test.map_err(|e| with_source(grid, e))?);
        let variant = grid.variants.get(&cell.variant);
        if let Some(start) = variant.and_then(|v| v.pretraining.as_deref()) {
            let start = Self::of_pretraining(grid, start, checksums)?;
            inputs.insert("pretraining".into(), start.id);
        }
        Ok(Self::of(without_inputs(&config)?, inputs))
    }

    /// Identity of a pre-training.
    ///
    /// # Errors
    /// As [`Self::of_cell`].
    pub fn of_pretraining(grid: &Grid, name: &str, checksums: &mut Checksums) -> Result<Self> {
        let spec = grid.pretrainings.get(name);
        let mut sums = BTreeMap::new();
        if let Some(from) = spec.and_then(|spec| spec.from.as_ref()) {
            let id = Self::of_pretraining(grid, from, checksums)?.id;
            sums.insert("pretraining".to_owned(), id);
        }
        match spec {
            Some(spec) if spec.kind == Kind::Finetune => {
                let config = layered(grid, &[&grid.finetune, &spec.settings])?;
                sums.extend(inputs(&config, checksums)?);
                Ok(Self::of(without_inputs(&config)?, sums))
            }
            _ => {
                let mut settings = run::pretrain_settings(&grid.pretraining(name)?)?;
                for name in run::PRETRAIN_INPUTS {
                    for (i, path) in paths(settings.remove(name)).iter().enumerate() {
                        sums.insert(format!("{name}-{i}"), checksums.of(Path::new(path))?);
                    }
                }
                Ok(Self::of(settings, sums))
            }
        }
    }

    /// The end of the folder's name.
    pub fn suffix(&self) -> String {
        self.id.chars().take(SHORT).collect()
    }
}

/// Names of the folders of cells or pre-trainings, which end in an [`Identity`].
#[derive(Debug, Default)]
pub struct Folders(Vec<String>);

impl Folders {
    /// Lists a folder, which need not exist.
    ///
    /// # Errors
    /// [`StoreError::Io`] for a folder that cannot be listed.
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

    /// The name that ends in an identity, whatever its start; if there is none, a new name from `stem`.
    pub fn name(&self, stem: &str, identity: &Identity) -> String {
        let suffix = format!("-{}", identity.suffix());
        let known = self.0.iter().find(|name| name.ends_with(&suffix));
        known.cloned().unwrap_or_else(|| format!("{stem}{suffix}"))
    }
}

/// All settings except the inputs.
fn without_inputs(config: &FinetuneConfig) -> Result<Settings> {
    let mut settings = object(config)?;
    settings.retain(|name, _| !INPUTS.contains(&name.as_str()));
    Ok(settings)
}

/// SHA-256 sums of the inputs of a fine-tuning by name.
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

/// Flattens a path or a list of paths.
fn paths(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::String(path)) => vec![path],
        Some(Value::Array(items)) => items.into_iter().flat_map(|v| paths(Some(v))).collect(),
        _ => vec![],
    }
}

/// Adds to an error where to get the data of the grid.
fn with_source(grid: &Grid, error: Error) -> Error {
    match grid.data.source.as_str() {
        "" => error,
        source => Error::Usage(format!("{error}. The data: {source}")),
    }
}
