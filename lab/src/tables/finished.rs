//! The finished part of an experiment, read from its output folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::experiment::{Outcome, Plan, Planned};

/// The finished part of an experiment.
pub struct Finished {
    /// The output folder.
    pub output: PathBuf,
    /// The plan.
    pub plan: Plan,
    /// The results of the plan's cells, in the same order.
    pub outcomes: Vec<Option<Outcome>>,
}

impl Finished {
    /// Shares of the training data, in descending order.
    pub fn fractions(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.plan.cells.iter().map(|c| c.fraction).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all.dedup();
        all
    }

    /// The finished cells of a variant and share, in the order of their seeds.
    pub fn outcomes(&self, variant: &str, fraction: f64) -> Vec<(u64, &Outcome)> {
        let mut found: Vec<(u64, &Outcome)> = self
            .cells(variant, fraction)
            .map(|(cell, outcome)| (cell.seed, outcome))
            .collect();
        found.sort_by_key(|(seed, _)| *seed);
        found
    }

    /// The folders of the finished cells of a variant and share, by seed.
    pub fn folders(&self, variant: &str, fraction: f64) -> BTreeMap<u64, PathBuf> {
        self.cells(variant, fraction)
            .filter_map(|(cell, _)| Some((cell.seed, self.output.join(cell.folder.as_ref()?))))
            .collect()
    }

    fn cells(&self, variant: &str, fraction: f64) -> impl Iterator<Item = (&Planned, &Outcome)> {
        let cells = self.plan.cells.iter().zip(&self.outcomes);
        cells
            .filter(move |(cell, _)| cell.variant == variant && cell.fraction == fraction)
            .filter_map(|(cell, outcome)| Some((cell, outcome.as_ref()?)))
    }

    /// Name of a variant for readers.
    pub fn label(&self, variant: &str) -> String {
        let known = self.plan.variants.get(variant);
        known.map_or_else(|| variant.to_owned(), |v| v.label.clone())
    }

    /// Name of the same model in the paper.
    pub fn paper(&self, variant: &str) -> Option<&str> {
        self.plan.variants.get(variant)?.paper.as_deref()
    }

    /// Variants with which the other variants are compared.
    pub fn against(&self) -> Vec<String> {
        if self.plan.report.against.is_empty() {
            self.plan.order.first().cloned().into_iter().collect()
        } else {
            self.plan.report.against.clone()
        }
    }

    /// The share for which `has` holds for most of the detailed variants (the largest such share), and these
    /// variants with their names for readers.
    pub fn shown(&self, has: impl Fn(&str, f64) -> bool) -> Option<(f64, Vec<(String, String)>)> {
        let mut best: Option<(f64, Vec<(String, String)>)> = None;
        for fraction in self.fractions() {
            let mut variants = self.detailed();
            variants.retain(|variant| has(variant, fraction));
            if variants.len() > best.as_ref().map_or(0, |(_, most)| most.len()) {
                let labelled = variants.into_iter().map(|v| (v.clone(), self.label(&v)));
                best = Some((fraction, labelled.collect()));
            }
        }
        best
    }

    /// Variants whose detailed scores are shown.
    fn detailed(&self) -> Vec<String> {
        let report = &self.plan.report;
        let named = [&report.detail, &report.against]
            .into_iter()
            .find(|names| !names.is_empty());
        named.unwrap_or(&self.plan.order).clone()
    }

    /// The two variants whose predictions are compared: the first two of `detail`, or else the first of
    /// [`Self::against`] and another variant; `None` if there is only one variant.
    pub fn pair(&self) -> Option<(String, String)> {
        let detail = &self.plan.report.detail;
        if let [a, b, ..] = detail.as_slice() {
            return Some((a.clone(), b.clone()));
        }
        let a = self.against().into_iter().next()?;
        let mut others = detail.iter().chain(&self.plan.order);
        let b = others.find(|name| **name != a)?.clone();
        Some((a, b))
    }
}

/// Reads the experiments in output folders, ordered by folder and name.
///
/// # Errors
/// A folder without plans, or a damaged file.
pub fn read(folders: &[PathBuf]) -> Result<Vec<Finished>> {
    let mut found = Vec::new();
    for folder in folders {
        let plans = Plan::read_all(folder).map_err(|e| Error::Folder {
            path: folder.clone(),
            problem: format!(
                "is no output folder of `lab run` ({e}); name the grid's `output` or the folder of --out"
            ),
        })?;
        if plans.is_empty() {
            return Err(Error::Folder {
                path: folder.clone(),
                problem: "has no plan of an experiment in `plans`; run the grid with `lab run`"
                    .into(),
            });
        }
        for mut plan in plans {
            let outcomes: Result<Vec<_>, _> =
                plan.cells.iter().map(|cell| cell.outcome(folder)).collect();
            for cell in &mut plan.cells {
                cell.problem = cell.problem(folder);
            }
            found.push(Finished {
                output: folder.clone(),
                outcomes: outcomes?,
                plan,
            });
        }
    }
    Ok(found)
}
