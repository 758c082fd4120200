//! The TOML file of a grid.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use spanlight::pretrain::PRESETS;
use spanlight::settings::{Preset, Settings};

use crate::error::{Error, Result};

/// A grid of trainings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Name in file names.
    pub name: String,
    /// Name for readers.
    pub title: String,
    /// Output folder; grids with the same folder share their cells.
    pub output: PathBuf,
    /// Files of a finished cell that are kept.
    #[serde(default)]
    pub keep: Keep,
    /// Variables with their default values; a variable with an empty default must be set.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Annotated files.
    pub data: Data,
    /// Preset of fine-tuning and pre-training, which all other settings override.
    #[serde(default)]
    pub preset: Option<Preset>,
    /// Draw the shares of the training data anew for every seed.
    #[serde(default)]
    pub subset_per_seed: bool,
    /// Settings of fine-tuning for all cells.
    #[serde(default)]
    pub finetune: Settings,
    /// Settings of pre-training for all pre-trainings.
    #[serde(default)]
    pub pretrain: Settings,
    /// Pre-trainings from which variants may start.
    #[serde(default)]
    pub pretrainings: BTreeMap<String, Pretraining>,
    /// Variants that the grid compares.
    pub variants: BTreeMap<String, Variant>,
    /// The cells: blocks in the order in which they run.
    pub runs: Vec<Block>,
    /// Content of the report.
    #[serde(default)]
    pub report: Report,
    /// The file that holds the grid.
    #[serde(skip)]
    pub path: PathBuf,
}

/// Annotated files of a grid.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Training file.
    pub train: PathBuf,
    /// Development file, which chooses the best epoch.
    pub dev: PathBuf,
    /// Test file, which chooses nothing.
    pub test: PathBuf,
    /// Format of the files.
    #[serde(default = "auto")]
    pub format: String,
    /// Symmetric relation types, whose head and tail may be swapped.
    #[serde(default)]
    pub symmetric: Vec<String>,
    /// Where to get the files; quoted by the error about a missing file.
    #[serde(default)]
    pub source: String,
}

/// The default format.
pub(super) fn auto() -> String {
    "auto".into()
}

/// Files of a finished cell that are kept besides its scores and test predictions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// None.
    Results,
    /// The best weights.
    #[default]
    Best,
    /// The best weights and the last checkpoint.
    All,
}

/// A training from which variants or other pre-trainings start.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// Kind of training data.
    #[serde(default)]
    pub kind: Kind,
    /// The pre-training from which this one starts.
    #[serde(default)]
    pub from: Option<String>,
    /// Settings that override the common settings.
    #[serde(default)]
    pub settings: Settings,
}

/// Training data of a pre-training.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Plain text; the common settings are [`Grid::pretrain`].
    #[default]
    Pretrain,
    /// Other annotated files, such as distant labels; the common settings are [`Grid::finetune`].
    Finetune,
}

/// A way to train that the grid compares with others.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Name for readers.
    pub label: String,
    /// Name of the same model in the paper.
    #[serde(default)]
    pub paper: Option<String>,
    /// The pre-training from which the variant starts; by default, it starts from the encoder.
    #[serde(default)]
    pub pretraining: Option<String>,
    /// Fine-tuning settings that override the common settings.
    #[serde(default)]
    pub finetune: Settings,
}

/// A block of cells: shares × seeds × variants. Variants vary fastest, so that cells to compare finish together.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Names of variants.
    pub variants: Vec<String>,
    /// Shares of the training documents, above 0 and at most 1.
    #[serde(default = "whole")]
    pub fractions: Vec<f64>,
    /// Seeds.
    #[serde(default = "three")]
    pub seeds: Vec<u64>,
    /// Fine-tuning settings that override the variants', such as more epochs for fewer sentences.
    #[serde(default)]
    pub finetune: Settings,
}

fn whole() -> Vec<f64> {
    vec![1.0]
}

fn three() -> Vec<u64> {
    vec![5216, 5217, 5218]
}

/// Content of the report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Data set whose published figures the report shows beside ours.
    #[serde(default)]
    pub dataset: Option<String>,
    /// The paper's tables that the grid repeats; if empty, all tables on the data set.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Variants with which the others are compared; if empty, the first variant.
    #[serde(default)]
    pub against: Vec<String>,
    /// Variants whose scores the report shows by type and by bucket; it also quotes sentences in which the first
    /// two differ. If empty, the variants of `against`, or else all.
    #[serde(default)]
    pub detail: Vec<String>,
}

impl Grid {
    /// The variants in the order in which they first run.
    pub fn order(&self) -> Vec<&str> {
        let mut order: Vec<&str> = Vec::new();
        for name in self.runs.iter().flat_map(|block| &block.variants) {
            if !order.contains(&name.as_str()) {
                order.push(name);
            }
        }
        order
    }

    /// Settings of a pre-training on text: preset, common settings, own settings.
    ///
    /// # Errors
    /// [`Error::Spanlight`] for a malformed preset.
    pub fn pretraining(&self, name: &str) -> Result<Settings> {
        let mut settings = PRESETS.settings(self.preset)?;
        settings.extend(self.pretrain.clone());
        let own = self.pretrainings.get(name);
        settings.extend(own.map(|spec| spec.settings.clone()).unwrap_or_default());
        Ok(settings)
    }

    /// An error about this file.
    pub(super) fn problem(&self, problem: String) -> Error {
        Error::Settings {
            path: self.path.clone(),
            problem,
        }
    }
}
