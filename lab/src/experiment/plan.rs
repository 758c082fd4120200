//! The plan of a grid: its cells with their folders, stored for the report.

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
/// File in a cell's folder with the error that stopped the cell.
const PROBLEM: &str = "problem.txt";
/// Folder of the cells in the output folder.
const CELLS: &str = "cells";

/// A grid as it was last run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// Name in file names.
    pub name: String,
    /// Name for readers.
    pub title: String,
    /// Content of the report.
    pub report: Report,
    /// Test file.
    pub test: PathBuf,
    /// Format of the test file.
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
    /// The cell's [`Identity`]; `None` if settings or inputs are missing.
    pub id: Option<String>,
    /// The cell's folder, relative to the output folder.
    pub folder: Option<PathBuf>,
    /// Why the cell has no identity and no folder.
    pub problem: Option<String>,
}

/// State of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The cell has its scores.
    Finished,
    /// An error stopped the cell, or it cannot run.
    Failed,
    /// The cell has not run, or was interrupted.
    Open,
}

impl Plan {
    /// Computes the identities of all cells.
    ///
    /// # Errors
    /// An output folder that cannot be read. An error of a single cell is stored with the cell.
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
    /// [`StoreError`] for a folder or plan that cannot be read.
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

    /// Writes the plan to the output folder.
    ///
    /// # Errors
    /// [`StoreError`] for a file that cannot be written.
    pub fn write(&self, output: &Path) -> Result<(), StoreError> {
        let folder = Self::folder(output);
        fs::create_dir_all(&folder).map_err(|e| StoreError::io("create the folder", &folder, e))?;
        store::write_json(&Self::file(output, &self.name), self)
    }

    /// Folder of the plans in an output folder.
    pub fn folder(output: &Path) -> PathBuf {
        output.join(PLANS)
    }

    fn file(output: &Path, name: &str) -> PathBuf {
        Self::folder(output).join(format!("{name}.json"))
    }
}

impl Planned {
    /// The result of the cell, if it is finished.
    ///
    /// # Errors
    /// [`StoreError`] for a damaged file.
    pub fn outcome(&self, output: &Path) -> Result<Option<Outcome>, StoreError> {
        match self.file(output, "result.json") {
            Some(file) if file.is_file() => store::read_json(&file).map(Some),
            _ => Ok(None),
        }
    }

    /// State of the cell; `output` is the output folder of the experiment.
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

    /// Why the cell cannot run, or the error that stopped it the last time.
    pub fn problem(&self, output: &Path) -> Option<String> {
        let recorded = || store::read_text(&self.file(output, PROBLEM)?).ok();
        self.problem.clone().or_else(recorded)
    }

    /// Records the error that stopped the cell; `None` removes the record.
    ///
    /// # Errors
    /// [`StoreError`] for a file that cannot be written or removed.
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

    /// Name for readers.
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
