//! Scores by number of entities and by sentence length (Figure 5).

use serde::Serialize;
use spanlight_core::score::{BucketScores, Counts, Size};

use super::Spread;
use super::collect::Finished;
use super::section::HEADLINE;
use crate::experiment::Measures;

/// One part of the figure.
type Part = (Size, fn(&Measures) -> &[BucketScores]);

/// Scores of a variant on the test sentences of one bucket, in percent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BucketRow {
    /// Share of the training data.
    pub fraction: f64,
    /// What is counted.
    pub by: Size,
    /// The bucket's name.
    pub bucket: String,
    /// Sentences.
    pub sentences: usize,
    /// Gold entities.
    pub gold_entities: usize,
    /// Gold relations.
    pub gold_relations: usize,
    /// Name of the variant.
    pub variant: String,
    /// Seeds.
    pub seeds: usize,
    /// F1 of entities; nothing without gold entities.
    pub entity: Option<Spread>,
    /// F1 of relations; nothing without gold relations.
    pub relation: Option<Spread>,
    /// F1 of relations with the types of both entities, likewise.
    pub strict: Option<Spread>,
}

impl BucketRow {
    /// Both parts of the figure for all shares and variants.
    pub fn all(finished: &Finished) -> Vec<Self> {
        let parts: [Part; 2] = [
            (Size::Entities, |m| &m.by_entities),
            (Size::Words, |m| &m.by_words),
        ];
        let mut rows = Vec::new();
        for fraction in finished.fractions() {
            for (by, of) in parts {
                for variant in &finished.plan.order {
                    let cells = finished.outcomes(variant, fraction);
                    let tables: Vec<&[BucketScores]> = cells
                        .iter()
                        .map(|(_, o)| of(o.test.get(HEADLINE)))
                        .collect();
                    for i in 0..tables.first().map_or(0, |t| t.len()) {
                        let column: Vec<&BucketScores> =
                            tables.iter().filter_map(|t| t.get(i)).collect();
                        rows.extend(Self::new(fraction, by, variant, &column));
                    }
                }
            }
        }
        rows
    }

    /// One bucket; `column` has it for every seed.
    fn new(fraction: f64, by: Size, variant: &str, column: &[&BucketScores]) -> Option<Self> {
        let first = column.first()?;
        let f1 = |of: fn(&BucketScores) -> Counts| {
            let values = column.iter().map(|b| 100.0 * of(b).f1()).collect();
            Spread::new(values).filter(|_| of(first).gold > 0)
        };
        Some(Self {
            fraction,
            by,
            bucket: first.bucket.name(),
            sentences: first.sentences,
            gold_entities: first.scores.entity.gold,
            gold_relations: first.scores.strict.gold,
            variant: variant.into(),
            seeds: column.len(),
            entity: f1(|b| b.scores.entity),
            relation: f1(|b| b.scores.relation),
            strict: f1(|b| b.scores.strict),
        })
    }
}
