//! Which variant is better, seed by seed.

use serde::Serialize;

use super::beside::Beside;
use super::collect::Finished;
use super::gain::Gain;
use super::{Paired, ScoreRow, Spread};

/// Differences of a variant from another on the test data, in points of F1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Share of the training data.
    pub fraction: f64,
    /// Protocol.
    pub protocol: &'static str,
    /// Name of the variant.
    pub variant: String,
    /// Its name for people.
    pub label: String,
    /// Name of the other.
    pub against: String,
    /// Its name for people.
    pub against_label: String,
    /// Seeds that both have.
    pub seeds: Vec<u64>,
    /// Entities.
    pub entity: Option<Paired>,
    /// Relations.
    pub relation: Option<Paired>,
    /// Relations with the types of both entities.
    pub strict: Option<Paired>,
    /// The difference in the paper, whose figures are single runs under `reference`.
    pub paper: Option<Gain>,
}

impl Comparison {
    /// All variants against those that the plan names.
    pub fn all(finished: &Finished, scores: &[ScoreRow], beside: &Beside<'_>) -> Vec<Self> {
        let gain = |ours: &ScoreRow, theirs: &ScoreRow| {
            let model = finished.paper(&ours.variant)?;
            beside.gain(model, finished.paper(&theirs.variant)?, ours.fraction)
        };
        let tested: Vec<&ScoreRow> = scores.iter().filter(|row| row.split == "test").collect();
        let mut rows: Vec<Self> = Vec::new();
        for against in finished.against() {
            for ours in tested.iter().filter(|row| row.variant != against) {
                let theirs = tested.iter().find(|row| {
                    row.variant == against
                        && row.fraction == ours.fraction
                        && row.protocol == ours.protocol
                });
                // The mirror image of a row says nothing new.
                let told = |row: &Self| {
                    row.variant == against
                        && row.against == ours.variant
                        && row.fraction == ours.fraction
                        && row.protocol == ours.protocol
                };
                if !rows.iter().any(told) {
                    rows.extend(
                        theirs.and_then(|theirs| Self::new(ours, theirs, gain(ours, theirs))),
                    );
                }
            }
        }
        rows
    }

    fn new(ours: &ScoreRow, theirs: &ScoreRow, paper: Option<Gain>) -> Option<Self> {
        let seeds: Vec<u64> = ours
            .seeds
            .iter()
            .copied()
            .filter(|s| theirs.seeds.contains(s))
            .collect();
        let paired = |of: fn(&ScoreRow) -> &Option<Spread>| {
            let values = |row: &ScoreRow| -> Vec<f64> {
                let spread = of(row).iter().flat_map(|s| s.values.iter().copied());
                let by_seed = row.seeds.iter().zip(spread);
                by_seed
                    .filter(|(s, _)| seeds.contains(s))
                    .map(|(_, v)| v)
                    .collect()
            };
            Paired::new(&values(ours), &values(theirs))
        };
        let (entity, relation, strict) = (
            paired(|r| &r.entity),
            paired(|r| &r.relation),
            paired(|r| &r.strict),
        );
        (!seeds.is_empty()).then(|| Self {
            fraction: ours.fraction,
            protocol: ours.protocol,
            variant: ours.variant.clone(),
            label: ours.label.clone(),
            against: theirs.variant.clone(),
            against_label: theirs.label.clone(),
            seeds,
            entity,
            relation,
            strict,
            paper,
        })
    }
}
