//! What a report does not have.

use serde::Serialize;

use super::collect::Finished;
use super::published::{DataSet, Figure};
use crate::experiment::Planned;

/// Something without a result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Missing {
    /// A variant's name for people, or a model's in the paper.
    pub model: String,
    /// Share of the training data.
    pub fraction: f64,
    /// Seeds; none for what the grid leaves out.
    pub seeds: Vec<u64>,
    /// Why.
    pub reason: String,
}

impl Missing {
    /// Cells that are not finished, then what the paper has and the grid does not.
    pub fn all(finished: &Finished, published: Option<&DataSet>) -> Vec<Self> {
        let mut missing: Vec<Self> = Vec::new();
        let plan = &finished.plan;
        for (cell, outcome) in plan.cells.iter().zip(&finished.outcomes) {
            if outcome.is_some() {
                continue;
            }
            let one = Self {
                model: finished.label(&cell.variant),
                fraction: cell.fraction,
                seeds: vec![cell.seed],
                reason: match &cell.problem {
                    Some(problem) => format!("failed: {problem}"),
                    None => "not run".into(),
                },
            };
            let same = |m: &&mut Self| {
                (&m.model, m.fraction, &m.reason) == (&one.model, one.fraction, &one.reason)
            };
            match missing.iter_mut().find(same) {
                Some(known) => known.seeds.push(cell.seed),
                None => missing.push(one),
            }
        }
        let repeated = |f: &&Figure| !f.cited && f.stands_in(&plan.report.tables);
        for figure in published.iter().flat_map(|p| &p.scores).filter(repeated) {
            let has = |name: &str| {
                let variant = plan.variants.get(name);
                variant.and_then(|v| v.paper.as_ref()) == Some(&figure.model)
            };
            let planned = |c: &Planned| c.fraction == figure.fraction && has(&c.variant);
            if !plan.cells.iter().any(planned) {
                missing.push(Self {
                    model: figure.model.clone(),
                    fraction: figure.fraction,
                    seeds: vec![],
                    reason: format!("not in this grid (Table {})", figure.table),
                });
            }
        }
        missing
    }
}
