//! Which of a run's evaluations was best.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spanlight_core::score::Report;

/// What a run remembers of its evaluations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    best: Option<f64>,
    /// Scores of the best one.
    pub metrics: BTreeMap<String, f64>,
    /// Evaluations since then.
    pub stale: usize,
}

impl Selection {
    /// Takes in an evaluation; says whether it is the best so far by the sum of entity and strict F1
    /// (method §5).
    pub fn add(&mut self, report: &Report) -> bool {
        let score = report.full.entity.f1() + report.full.strict.f1();
        let best = self.best.is_none_or(|best| score > best);
        if best {
            *self = Self {
                best: Some(score),
                metrics: metrics(report),
                stale: 0,
            };
        } else {
            self.stale += 1;
        }
        best
    }
}

/// The scores that the loop shows.
pub fn metrics(report: &Report) -> BTreeMap<String, f64> {
    let full = &report.full;
    BTreeMap::from([
        ("entity_f1".into(), full.entity.f1()),
        ("relation_f1".into(), full.relation.f1()),
        ("strict_f1".into(), full.strict.f1()),
    ])
}
