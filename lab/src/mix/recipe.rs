//! The recipe of a mixture, as TOML.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use spanlight::data::Format;
use spanlight::store;

use crate::error::{Error, Result};

/// What is mixed, and how its types become common ones.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Common relation types; a pair with several keeps the first of this list.
    pub relations: Vec<String>,
    /// Those whose arguments may be swapped; they run from left to right.
    #[serde(default)]
    pub symmetric: Vec<String>,
    /// Seed of the documents that are held out.
    #[serde(default)]
    pub seed: u64,
    /// The sources by name.
    pub sources: BTreeMap<String, Source>,
}

/// One source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Format of its files.
    #[serde(default)]
    pub format: Format,
    /// Files for training, relative to the folder of the data.
    #[serde(default)]
    pub train: Vec<PathBuf>,
    /// Files for development.
    #[serde(default)]
    pub dev: Vec<PathBuf>,
    /// Files for testing.
    #[serde(default)]
    pub test: Vec<PathBuf>,
    /// Documents of the training files that go elsewhere.
    #[serde(default)]
    pub hold_out: HoldOut,
    /// Mentions without a capital letter or digit, pronouns and leading articles are left out.
    #[serde(default)]
    pub names_only: bool,
    /// Not all names are annotated: only sentences are used whose names seem to be.
    #[serde(default)]
    pub partial_entities: bool,
    /// Not all common relations are annotated: only sentences are used whose pairs are all
    /// related, or that have none.
    #[serde(default)]
    pub partial_relations: bool,
    /// The source's types of every common entity type; mentions of other types are left out.
    pub entities: BTreeMap<String, Vec<String>>,
    /// The source's types of every common relation type; others are left out.
    #[serde(default)]
    pub relations: BTreeMap<String, Directions>,
}

/// Types of a source that express a common relation type.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directions {
    /// With the same head.
    #[serde(default)]
    pub from: Vec<String>,
    /// With head and tail swapped.
    #[serde(default)]
    pub reversed: Vec<String>,
}

/// Shares of the training documents.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOut {
    /// For development.
    #[serde(default)]
    pub dev: f64,
    /// For testing.
    #[serde(default)]
    pub test: f64,
}

impl Recipe {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`Error::Settings`] with the place and the remedy; [`Error::Spanlight`] if it is unreadable.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&store::read_text(path)?).map_err(|problem| Error::Settings {
            path: path.to_owned(),
            problem,
        })
    }

    /// As [`Self::read`], from a text.
    ///
    /// # Errors
    /// What is wrong and what to do.
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
            return Err("sources: there is none; add a table `[sources.NAME]`".into());
        }
        for (name, source) in &recipe.sources {
            source
                .check(&known)
                .map_err(|problem| format!("sources.{name}.{problem}"))?;
        }
        Ok(recipe)
    }

    /// Place of a common relation type in the order of preference.
    pub fn rank(&self, label: &str) -> usize {
        let place = self.relations.iter().position(|r| r == label);
        place.unwrap_or(self.relations.len())
    }
}

impl Source {
    fn check(&self, known: &BTreeSet<&String>) -> Result<(), String> {
        let HoldOut { dev, test } = self.hold_out;
        if !(dev >= 0.0 && test >= 0.0 && dev + test < 1.0) {
            return Err("hold_out: shares must be 0 or more and below 1 together".into());
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

/// The labels as a set.
fn distinct<'a>(
    field: &str,
    labels: impl IntoIterator<Item = &'a String>,
) -> Result<BTreeSet<&'a String>, String> {
    let mut seen = BTreeSet::new();
    for label in labels {
        if label.trim().is_empty() || label == "None" {
            return Err(format!(
                "{field}: `{label}` is no label (`None` is reserved)"
            ));
        }
        if !seen.insert(label) {
            return Err(format!("{field}: `{label}` stands there twice; remove one"));
        }
    }
    Ok(seen)
}
