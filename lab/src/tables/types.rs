//! Scores by entity or relation type (Tables 8 and 9).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use spanlight_core::score::{ByType, Counts, Protocol};

use super::Spread;
use super::collect::Finished;
use super::published::{DataSet, TypeFigure};
use super::section::HEADLINE;
use crate::experiment::Outcome;

/// The rows of one of the tables.
type Rows = fn(&ByType) -> &BTreeMap<String, Counts>;

/// Scores of a variant on one type of the test data, in percent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TypeRow {
    /// Share of the training data.
    pub fraction: f64,
    /// `full` or `reference`, of which the paper's figures are.
    pub protocol: &'static str,
    /// `entity`, or `strict` for relations with the types of both entities.
    pub kind: &'static str,
    /// Entity or relation type.
    #[serde(rename = "type")]
    pub label: String,
    /// Gold annotations of the type.
    pub gold: usize,
    /// Name of the variant.
    pub variant: String,
    /// Seeds.
    pub seeds: usize,
    /// Precision.
    pub p: Option<Spread>,
    /// Recall.
    pub r: Option<Spread>,
    /// F1.
    pub f1: Option<Spread>,
    /// The paper's figures.
    pub paper: Option<TypeFigure>,
}

impl TypeRow {
    /// Both tables of all shares and variants, types by their frequency.
    pub fn all(finished: &Finished, published: Option<&DataSet>) -> Vec<Self> {
        let kinds: [(&'static str, Rows); 2] =
            [("entity", |by| &by.entity), ("strict", |by| &by.strict)];
        let mut rows = Vec::new();
        for fraction in finished.fractions() {
            for (kind, of) in kinds {
                for protocol in [HEADLINE, Protocol::Reference] {
                    for variant in &finished.plan.order {
                        let cells = finished.outcomes(variant, fraction);
                        let scores = |(_, outcome): &(u64, &Outcome)| {
                            of(&outcome.test.get(protocol).scores.by_type).clone()
                        };
                        let tables: Vec<BTreeMap<String, Counts>> =
                            cells.iter().map(scores).collect();
                        let model = finished.paper(variant);
                        let paper = published.zip(model).filter(|_| fraction == 1.0);
                        let head = Self {
                            fraction,
                            protocol: protocol.name(),
                            kind,
                            label: String::new(),
                            gold: 0,
                            variant: variant.clone(),
                            seeds: cells.len(),
                            p: None,
                            r: None,
                            f1: None,
                            paper: None,
                        };
                        rows.extend(head.filled(&tables, paper));
                    }
                }
            }
        }
        rows
    }

    /// A row for every type of the seeds' tables, the most frequent first.
    fn filled(
        &self,
        tables: &[BTreeMap<String, Counts>],
        paper: Option<(&DataSet, &str)>,
    ) -> Vec<Self> {
        let labels: BTreeSet<&String> = tables.iter().flat_map(|t| t.keys()).collect();
        let row = |label: &String| {
            let counts: Vec<Counts> = tables
                .iter()
                .map(|t| t.get(label).copied().unwrap_or_default())
                .collect();
            let spread = |of: fn(&Counts) -> f64| {
                Spread::new(counts.iter().map(|c| 100.0 * of(c)).collect())
            };
            Self {
                label: label.clone(),
                gold: counts.iter().map(|c| c.gold).max().unwrap_or_default(),
                p: spread(Counts::precision),
                r: spread(Counts::recall),
                f1: spread(Counts::f1),
                paper: paper
                    .and_then(|(p, model)| p.of_type(model, self.kind, label))
                    .cloned(),
                ..self.clone()
            }
        };
        let mut rows: Vec<Self> = labels.into_iter().map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.gold));
        rows
    }
}
