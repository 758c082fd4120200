//! How well scores agree with the share of correct decisions.

use std::fmt::{Display, Formatter};

use serde::Serialize;

use super::correctness::compared;
use crate::Result;
use crate::document::Sentence;
use crate::predict::Predicted;
use crate::schema::Schema;

/// Number of equally wide bins of scores in the expected calibration error.
const BINS: usize = 10;

/// Scores of decisions beside the share of correct decisions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Reliability {
    /// Number of scores.
    pub count: usize,
    /// Mean score.
    pub score: f64,
    /// Share of the decisions that are correct.
    pub right: f64,
    /// Expected calibration error: the distance between mean score and share of correct decisions in
    /// each of ten bins, averaged over all scores.
    pub error: f64,
}

impl Reliability {
    /// Reliability of scores in [0, 1], each with whether its decision is correct.
    pub fn of(scores: &[(f64, bool)]) -> Self {
        let count = scores.len();
        if count == 0 {
            return Self::default();
        }
        let mut bins = [(0.0, 0.0); BINS];
        for &(score, right) in scores {
            let bin = &mut bins[((score * BINS as f64) as usize).min(BINS - 1)];
            *bin = (bin.0 + score, bin.1 + f64::from(u8::from(right)));
        }
        let share = |sum: f64| sum / count as f64;
        Self {
            count,
            score: share(bins.iter().map(|b| b.0).sum()),
            right: share(bins.iter().map(|b| b.1).sum()),
            error: share(bins.iter().map(|b| (b.0 - b.1).abs()).sum()),
        }
    }
}

impl Display for Reliability {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.1} % on average, {:.1} % right, calibration error {:.1}",
            100.0 * self.score,
            100.0 * self.right,
            100.0 * self.error
        )
    }
}

/// Reliability of a model's scores on annotated sentences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Reliabilities {
    /// Reliability of the scores of entities.
    pub entity: Reliability,
    /// Reliability of the scores of relations.
    pub relation: Reliability,
}

impl Reliabilities {
    /// Reliability of predictions for annotated sentences, in the same order.
    ///
    /// # Errors
    /// [`Error::Predictions`](crate::Error::Predictions) if the lengths differ.
    pub fn of(gold: &[Sentence], found: &[Predicted], schema: &Schema) -> Result<Self> {
        let (mut entities, mut relations) = (Vec::new(), Vec::new());
        for (found, correct) in compared(gold, found, schema)? {
            let entity = found.entities.iter().zip(correct.entities);
            entities.extend(entity.map(|(e, correct)| (f64::from(e.score), correct)));
            let relation = found.relations.iter().zip(correct.relations);
            relations.extend(relation.map(|(r, correct)| (f64::from(r.score), correct)));
        }
        Ok(Self {
            entity: Reliability::of(&entities),
            relation: Reliability::of(&relations),
        })
    }
}

impl Display for Reliabilities {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "scores of entities:  {}", self.entity)?;
        write!(f, "scores of relations: {}", self.relation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reliability_of_four_scores_counted_by_hand() {
        let found = Reliability::of(&[(0.9, true), (0.95, false), (0.2, false), (1.0, true)]);
        assert_eq!(found.count, 4);
        // One bin holds 0.9, 0.95 and 1.0, of which two are right; the other one 0.2.
        for (found, expected) in [
            (found.score, 3.05 / 4.0),
            (found.right, 0.5),
            (found.error, (0.85 + 0.2) / 4.0),
        ] {
            assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        }
        assert_eq!(Reliability::of(&[]), Reliability::default());
    }
}
