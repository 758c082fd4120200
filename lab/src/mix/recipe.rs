//! The recipe of a mixture, a TOML file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use spanlight::data::Format;
use spanlight::store;

use crate::error::{Error, Result};

/// The sources of a mixture and the map of their types to common types.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Common relation types in order of preference: a pair with several relations keeps the first of them.
    pub relations: Vec<String>,
    /// Symmetric relation types; the head of such a relation is the left mention.
    #[serde(default)]
    pub symmetric: Vec<String>,
    /// Seed of the choice of held-out documents.
    #[serde(default)]
    pub seed: u64,
    /// The sources by name.
    pub sources: BTreeMap<String, Source>,
}

/// One source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Format of the files.
    #[serde(default)]
    pub format: Format,
    /// Training files, relative to the folder of the data.
    #[serde(default)]
    pub train: Vec<PathBuf>,
    /// Development files.
    #[serde(default)]
    pub dev: Vec<PathBuf>,
    /// Test files.
    #[serde(default)]
    pub test: Vec<PathBuf>,
    /// Shares of the training documents that move to development and test data.
    #[serde(default)]
    pub hold_out: HoldOut,
    /// Drop mentions without a capital or digit, pronouns and leading articles.
    #[serde(default)]
    pub names_only: bool,
    /// Not all names are annotated: use only sentences without unannotated names.
    #[serde(default)]
    pub partial_entities: bool,
    /// Not all common relations are annotated: use only sentences in which every pair is related.
    #[serde(default)]
    pub partial_relations: bool,
    /// The source's entity types by common type; mentions of other types are dropped.
    pub entities: BTreeMap<String, Vec<String>>,
    /// The source's relation types by common type; relations of other types are dropped.
    #[serde(default)]
    pub relations: BTreeMap<String, Directions>,
}

/// Types of a source that express a common relation type.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directions {
    /// Types with the same head as the common type.
    #[serde(default)]
    pub from: Vec<String>,
    /// Types whose head is the common type's tail.
    #[serde(default)]
    pub reversed: Vec<String>,
}

/// Shares of the training documents.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOut {
    /// Share for development.
    #[serde(default)]
    pub dev: f64,
    /// Share for testing.
    #[serde(default)]
    pub test: f64,
}

impl Recipe {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the field and the remedy; [`Error::Spanlight`] for an unreadable file.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&store::read_text(path)?).map_err(|problem| Error::Settings {
            path: path.to_owned(),
            problem,
        })
    }

    /// As [`Self::read`], from text.
    ///
    /// # Errors
    /// A message that names the field and the remedy.
    pub fn parse(text: &str) -> Result<Self, String> {
        let recipe: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let known = distinct("relations", &recipe.relations)?;
        for label in &recipe.symmetric {
            if !known.contains(label) {
                return Err(format!(
                    "symmetric: `{label}` is not in `relations`; add it"
                ));
            }
        }
        if recipe.sources.is_empty() {
            return Err("sources: there are none; add a table `[sources.NAME]`".into());
        }
        for (name, source) in &recipe.sources {
            source
                .check(&known)
                .map_err(|problem| format!("sources.{name}.{problem}"))?;
        }
        Ok(recipe)
    }

    /// Rank of a common relation type in the order of preference, from 0.
    pub fn rank(&self, label: &str) -> usize {
        let rank = self.relations.iter().position(|r| r == label);
        rank.unwrap_or(self.relations.len())
    }
}

impl Source {
    /// Checks shares, files and types; `known` holds the common relation types.
    fn check(&self, known: &BTreeSet<&String>) -> Result<(), String> {
        let HoldOut { dev, test } = self.hold_out;
        if !(dev >= 0.0 && test >= 0.0 && dev + test < 1.0) {
            return Err("hold_out: the shares must be at least 0 and their sum below 1".into());
        }
        if self.train.is_empty() && self.dev.is_empty() && self.test.is_empty() {
            return Err("train: names no file; give at least one of train, dev and test".into());
        }
        if let Some(label) = self.relations.keys().find(|label| !known.contains(label)) {
            return Err(format!(
                "relations: `{label}` is not in the list `relations` at the top; add it there"
            ));
        }
        distinct("entities", self.entities.values().flatten())?;
        let own = |d: &'_ Directions| {
            d.from
                .iter()
                .chain(&d.reversed)
                .cloned()
                .collect::<Vec<_>>()
        };
        let own: Vec<String> = self.relations.values().flat_map(own).collect();
        distinct("relations", &own).map(|_| ())
    }
}

/// The labels as a set; an error if one is empty, reserved or repeated.
fn distinct<'a>(
    field: &str,
    labels: impl IntoIterator<Item = &'a String>,
) -> Result<BTreeSet<&'a String>, String> {
    let mut seen = BTreeSet::new();
    for label in labels {
        if label.trim().is_empty() || label == "None" {
            return Err(format!(
                "{field}: `{label}` is empty or reserved (`None`); choose another name"
            ));
        }
        if !seen.insert(label) {
            return Err(format!("{field}: `{label}` is listed twice; remove one"));
        }
    }
    Ok(seen)
}
