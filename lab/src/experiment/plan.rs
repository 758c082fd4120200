//! The cells of a grid with their folders, on disk for the report.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use spanlight::store::{self, StoreError};

use super::{
    cell::{Cell, percent},
    checksum::Checksums,
    grid::{self, Grid, Report, Variant},
    identity::{Folders, Identity},
    measure::Outcome,
};
use crate::error::Result;

/// Folder of the plans in the output folder.
const PLANS: &str = "plans";
/// What stopped a cell, in its folder.
const PROBLEM: &str = "problem.txt";
/// Folder of the cells there.
const CELLS: &str = "cells";

/// A grid as it was last run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// Name, for files.
    pub name: String,
    /// Name, for people.
    pub title: String,
    /// How the report compares.
    pub report: Report,
    /// Test file.
    pub test: PathBuf,
    /// Its format.
    #[serde(default = "grid::auto")]
    pub format: String,
    /// The variants in the order in which they first run.
    pub order: Vec<String>,
    /// The variants by name.
    pub variants: BTreeMap<String, Variant>,
    /// The cells in the order in which they run.
    pub cells: Vec<Planned>,
}

/// A cell of a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Planned {
    /// Name of the variant.
    pub variant: String,
    /// Share of the training documents.
    pub fraction: f64,
    /// Seed.
    pub seed: u64,
    /// Its identity; nothing if settings or inputs are missing.
    pub id: Option<String>,
    /// Its folder in the output folder.
    pub folder: Option<PathBuf>,
    /// Why it has neither.
    pub problem: Option<String>,
}

/// How far a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has its scores.
    Finished,
    /// Something stopped it.
    Failed,
    /// It has not been run, or not to its end.
    Open,
}

impl Plan {
    /// Identifies all cells.
    ///
    /// # Errors
    /// An output folder that cannot be read. What is wrong with a single cell is its own problem.
    pub fn new(grid: &Grid, checksums: &mut Checksums) -> Result<Self> {
        let existing = Folders::list(&grid.output.join(CELLS))?;
        let cells = Cell::all(grid).into_iter().map(|cell| {
            let (id, folder, problem) = match Identity::of_cell(grid, &cell, checksums) {
                Err(error) => (None, None, Some(error.to_string())),
                Ok(identity) => {
                    let name = existing.name(&cell.stem(), &identity);
                    let folder = Path::new(CELLS).join(name);
                    (Some(identity.id), Some(folder), None)
                }
            };
            Planned {
                variant: cell.variant,
                fraction: cell.fraction,
                seed: cell.seed,
                id,
                folder,
                problem,
            }
        });
        Ok(Self {
            name: grid.name.clone(),
            title: grid.title.clone(),
            report: grid.report.clone(),
            test: grid.data.test.clone(),
            format: grid.data.format.clone(),
            order: grid.order().into_iter().map(String::from).collect(),
            variants: grid.variants.clone(),
            cells: cells.collect(),
        })
    }

    /// The plans in an output folder, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_all(output: &Path) -> Result<Vec<Self>> {
        let folder = Self::folder(output);
        let mut plans: Vec<Self> = Vec::new();
        let entries = fs::read_dir(&folder).map_err(|e| StoreError::io("list", &folder, e))?;
        for entry in entries {
            let path = entry
                .map_err(|e| StoreError::io("list", &folder, e))?
                .path();
            if path.extension().is_some_and(|e| e == "json") {
                plans.push(store::read_json(&path)?);
            }
        }
        plans.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(plans)
    }

    /// Writes the plan.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn write(&self, output: &Path) -> Result<(), StoreError> {
        let folder = Self::folder(output);
        fs::create_dir_all(&folder).map_err(|e| StoreError::io("create the folder", &folder, e))?;
        store::write_json(&Self::file(output, &self.name), self)
    }

    /// Where the plans are.
    pub fn folder(output: &Path) -> PathBuf {
        output.join(PLANS)
    }

    fn file(output: &Path, name: &str) -> PathBuf {
        Self::folder(output).join(format!("{name}.json"))
    }
}

impl Planned {
    /// Its scores, if it is finished.
    ///
    /// # Errors
    /// [`StoreError`] for a damaged file.
    pub fn outcome(&self, output: &Path) -> Result<Option<Outcome>, StoreError> {
        match self.file(output, "result.json") {
            Some(file) if file.is_file() => store::read_json(&file).map(Some),
            _ => Ok(None),
        }
    }

    /// How far it is; `output` is the folder of the experiment.
    pub fn state(&self, output: &Path) -> State {
        let result = self.file(output, "result.json");
        if result.is_some_and(|file| file.is_file()) {
            State::Finished
        } else if self.problem(output).is_some() {
            State::Failed
        } else {
            State::Open
        }
    }

    /// What keeps it from being run, or stopped it the last time.
    pub fn problem(&self, output: &Path) -> Option<String> {
        let noted = || store::read_text(&self.file(output, PROBLEM)?).ok();
        self.problem.clone().or_else(noted)
    }

    /// Notes what stopped it, or that nothing does any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note(&self, output: &Path, problem: Option<&str>) -> Result<(), StoreError> {
        match (self.file(output, PROBLEM), problem) {
            (None, _) => Ok(()),
            (Some(file), None) => store::remove(&file),
            (Some(file), Some(problem)) => {
                if let Some(folder) = file.parent() {
                    fs::create_dir_all(folder)
                        .map_err(|e| StoreError::io("create the folder", folder, e))?;
                }
                store::write_atomic(&file, problem.as_bytes())
            }
        }
    }

    fn file(&self, output: &Path, name: &str) -> Option<PathBuf> {
        Some(output.join(self.folder.as_ref()?).join(name))
    }

    /// As people name it.
    pub fn title(&self, plan: &Plan) -> String {
        let label = plan.variants.get(&self.variant).map(|v| v.label.as_str());
        format!(
            "{} at {} %, seed {}",
            label.unwrap_or(&self.variant),
            percent(self.fraction),
            self.seed
        )
    }
}
