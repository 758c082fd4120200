//! Plans and results from output folders.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::experiment::{Outcome, Plan, Planned};

/// An experiment as far as it is finished.
pub struct Finished {
    /// The plan.
    pub plan: Plan,
    /// The results of its cells, in the same order.
    pub outcomes: Vec<Option<Outcome>>,
}

impl Finished {
    /// Shares of the training data, largest first.
    pub fn fractions(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.plan.cells.iter().map(|c| c.fraction).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all.dedup();
        all
    }

    /// The finished cells of a variant on a share, by seed.
    pub fn outcomes(&self, variant: &str, fraction: f64) -> Vec<(u64, &Outcome)> {
        let matches = |cell: &Planned| cell.variant == variant && cell.fraction == fraction;
        let cells = self.plan.cells.iter().zip(&self.outcomes);
        let mut found: Vec<(u64, &Outcome)> = cells
            .filter(|(cell, _)| matches(cell))
            .filter_map(|(cell, outcome)| Some((cell.seed, outcome.as_ref()?)))
            .collect();
        found.sort_by_key(|(seed, _)| *seed);
        found
    }

    /// Name of a variant for people.
    pub fn label(&self, variant: &str) -> String {
        let known = self.plan.variants.get(variant);
        known.map_or_else(|| variant.to_owned(), |v| v.label.clone())
    }

    /// Variants with which the others are compared.
    pub fn against(&self) -> Vec<String> {
        match self.plan.report.against.is_empty() {
            true => self.plan.order.first().cloned().into_iter().collect(),
            false => self.plan.report.against.clone(),
        }
    }

    /// Variants whose scores are shown in detail.
    pub fn detailed(&self) -> Vec<String> {
        let report = &self.plan.report;
        let named = [&report.detail, &report.against]
            .into_iter()
            .find(|names| !names.is_empty());
        named.unwrap_or(&self.plan.order).clone()
    }
}

/// Reads the experiments in output folders, by folder and name.
///
/// # Errors
/// A folder without plans, or a damaged file.
pub fn read(folders: &[PathBuf]) -> Result<Vec<Finished>> {
    let mut found = Vec::new();
    for folder in folders {
        let plans = Plan::read_all(folder).map_err(|e| Error::Folder {
            path: folder.clone(),
            problem: format!("is no output folder of `spanlight experiment` ({e})"),
        })?;
        if plans.is_empty() {
            return Err(Error::Folder {
                path: folder.clone(),
                problem: "has no plan of an experiment in `plans`".into(),
            });
        }
        for mut plan in plans {
            let outcomes: Result<Vec<_>, _> =
                plan.cells.iter().map(|cell| cell.outcome(folder)).collect();
            for cell in &mut plan.cells {
                cell.problem = cell.problem(folder);
            }
            found.push(Finished {
                outcomes: outcomes?,
                plan,
            });
        }
    }
    Ok(found)
}
