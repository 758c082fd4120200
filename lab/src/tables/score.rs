//! Test and development F1 of a variant (Tables 2 to 7 and 10).

use serde::Serialize;
use spanlight_core::score::{Counts, Protocol, Scores};

use super::Spread;
use super::beside::{Beside, Elsewhere};
use super::collect::Finished;
use super::published::Figure;
use crate::experiment::{Outcome, Planned};

/// F1 of a variant on a share of the training data, in percent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreRow {
    /// Share of the training data.
    pub fraction: f64,
    /// `test` or `dev`.
    pub split: &'static str,
    /// Protocol.
    pub protocol: &'static str,
    /// Name of the variant.
    pub variant: String,
    /// Its name for people.
    pub label: String,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// Entities.
    pub entity: Option<Spread>,
    /// Relations.
    pub relation: Option<Spread>,
    /// Relations with the types of both entities.
    pub strict: Option<Spread>,
    /// The paper's figures for the same thing, on test data.
    pub paper: Option<Figure>,
    /// Its figures on another data set, where it has none on this one.
    pub elsewhere: Option<Elsewhere>,
}

impl ScoreRow {
    /// Whether the paper has a figure for it, here or on another data set.
    pub fn in_paper(&self) -> bool {
        self.paper.is_some() || self.elsewhere.is_some()
    }

    /// The rows of all shares, protocols and variants, save those with neither a finished cell nor a figure of
    /// the paper's.
    pub fn all(finished: &Finished, beside: &Beside<'_>) -> Vec<Self> {
        let mut rows = Vec::new();
        for fraction in finished.fractions() {
            for split in ["test", "dev"] {
                for protocol in Protocol::ALL {
                    for variant in &finished.plan.order {
                        rows.extend(Self::new(
                            finished, beside, fraction, split, protocol, variant,
                        ));
                    }
                }
            }
        }
        rows
    }

    fn new(
        finished: &Finished,
        beside: &Beside<'_>,
        fraction: f64,
        split: &'static str,
        protocol: Protocol,
        variant: &str,
    ) -> Option<Self> {
        let cells = finished.outcomes(variant, fraction);
        let f1 = |of: fn(&Scores) -> Counts| {
            let score = |(_, outcome): &(u64, &Outcome)| {
                let split = if split == "dev" {
                    &outcome.dev
                } else {
                    &outcome.test
                };
                100.0 * of(&split.get(protocol).scores).f1()
            };
            Spread::new(cells.iter().map(score).collect())
        };
        let planned = |cell: &Planned| cell.variant == variant && cell.fraction == fraction;
        let planned = finished.plan.cells.iter().any(planned);
        let model = finished.paper(variant);
        let model = model.filter(|_| split == "test" && planned);
        let paper = model.and_then(|model| beside.own?.score(model, fraction));
        let elsewhere = model.and_then(|model| beside.elsewhere(model, fraction));
        // The paper's figures stand there before ours do.
        let known = paper.is_some() || elsewhere.is_some();
        (!cells.is_empty() || known).then(|| Self {
            fraction,
            split,
            protocol: protocol.name(),
            variant: variant.into(),
            label: finished.label(variant),
            seeds: cells.iter().map(|(seed, _)| *seed).collect(),
            entity: f1(|s| s.entity),
            relation: f1(|s| s.relation),
            strict: f1(|s| s.strict),
            paper: paper.cloned(),
            elsewhere,
        })
    }
}
