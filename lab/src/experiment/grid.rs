//! The file of a grid.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use spanlight::pretrain::PRESETS;
use spanlight::settings::{Preset, Settings};

use crate::error::{Error, Result};

/// A grid, as its TOML file gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Name, for files.
    pub name: String,
    /// Name, for people.
    pub title: String,
    /// Folder for everything; grids that share it share their cells.
    pub output: PathBuf,
    /// What is kept of a finished cell besides its scores.
    #[serde(default)]
    pub keep: Keep,
    /// Variables with their default values; an empty one must be set.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Annotated files.
    pub data: Data,
    /// Settings that come together, below all others.
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
    /// What variants may start from.
    #[serde(default)]
    pub pretrainings: BTreeMap<String, Pretraining>,
    /// What is compared.
    pub variants: BTreeMap<String, Variant>,
    /// The cells: blocks in the order in which they run.
    pub runs: Vec<Block>,
    /// How the report compares them.
    #[serde(default)]
    pub report: Report,
    /// The file it was read from.
    #[serde(skip)]
    pub path: PathBuf,
}

/// Annotated files of a grid.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Training file.
    pub train: PathBuf,
    /// Development file: chooses the epoch.
    pub dev: PathBuf,
    /// Test file: chooses nothing.
    pub test: PathBuf,
    /// Format of the files.
    #[serde(default = "auto")]
    pub format: String,
    /// Relation types whose arguments may be swapped.
    #[serde(default)]
    pub symmetric: Vec<String>,
    /// Where the files come from; the message about a missing file says so.
    #[serde(default)]
    pub source: String,
}

/// The format of files of which none is given.
pub(super) fn auto() -> String {
    "auto".into()
}

/// What is kept of a finished cell besides its scores and test predictions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// No weights.
    Results,
    /// The best weights.
    #[default]
    Best,
    /// The last checkpoint too.
    All,
}

/// Something that variants start from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// How it is trained.
    #[serde(default)]
    pub kind: Kind,
    /// Another one that it starts from.
    #[serde(default)]
    pub from: Option<String>,
    /// Settings that differ from the common ones.
    #[serde(default)]
    pub settings: Settings,
}

/// How a pre-training is trained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// On text alone; common settings: [`Grid::pretrain`].
    #[default]
    Pretrain,
    /// On other annotated files, such as distant labels; common settings: [`Grid::finetune`].
    Finetune,
}

/// One of the things compared.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Name in the report.
    pub label: String,
    /// Name of the same thing among the paper's figures.
    #[serde(default)]
    pub paper: Option<String>,
    /// The pre-training it starts from; without one only the encoder is pre-trained.
    #[serde(default)]
    pub pretraining: Option<String>,
    /// Settings of fine-tuning that differ from the common ones.
    #[serde(default)]
    pub finetune: Settings,
}

/// A product of shares, seeds and variants; the last vary fastest, so that pairs end together.
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
    /// Settings of fine-tuning for these cells, above those of the variants; such as more epochs
    /// for fewer sentences.
    #[serde(default)]
    pub finetune: Settings,
}

fn whole() -> Vec<f64> {
    vec![1.0]
}

fn three() -> Vec<u64> {
    vec![5216, 5217, 5218]
}

/// How the report compares.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Whose published figures stand beside ours.
    #[serde(default)]
    pub dataset: Option<String>,
    /// Which of the paper's tables the grid repeats; all of the data set if empty.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Variants that the others are compared with; the first variant if empty.
    #[serde(default)]
    pub against: Vec<String>,
    /// Variants whose scores are shown by type and by bucket too, and the first two by the sentences in which
    /// they differ; those of `against` if empty, or all.
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

    /// Settings of a pre-training on text.
    pub fn pretraining(&self, name: &str) -> Result<Settings> {
        let mut settings = PRESETS.settings(self.preset)?;
        settings.extend(self.pretrain.clone());
        let own = self.pretrainings.get(name);
        settings.extend(own.map(|spec| spec.settings.clone()).unwrap_or_default());
        Ok(settings)
    }

    /// A problem of this file.
    pub(super) fn problem(&self, problem: String) -> Error {
        Error::Settings {
            path: self.path.clone(),
            problem,
        }
    }
}
