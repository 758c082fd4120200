//! How often scores are right.

use std::fmt::{Display, Formatter};

use serde::Serialize;

use super::right::judged;
use crate::Result;
use crate::document::Sentence;
use crate::predict::Predicted;
use crate::schema::Schema;

/// Scores are compared with what is right within bins of this width.
const BINS: usize = 10;

/// Some scores against what was right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Reliability {
    /// Number of scores.
    pub count: usize,
    /// Their mean.
    pub score: f64,
    /// Share that is right.
    pub right: f64,
    /// Expected calibration error: mean distance of both within tenths.
    pub error: f64,
}

impl Reliability {
    /// Of scores, each with whether it belongs to something right.
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
    /// Of entities.
    pub entity: Reliability,
    /// Of relations.
    pub relation: Reliability,
}

impl Reliabilities {
    /// Of what was predicted for some sentences, in their order.
    ///
    /// # Errors
    /// [`Error::Predictions`](crate::Error::Predictions) when there are not as many predictions as sentences.
    pub fn of(gold: &[Sentence], found: &[Predicted], schema: &Schema) -> Result<Self> {
        let (mut entities, mut relations) = (Vec::new(), Vec::new());
        for (found, right) in judged(gold, found, schema)? {
            let entity = found.entities.iter().zip(right.entities);
            entities.extend(entity.map(|(e, right)| (f64::from(e.score), right)));
            let relation = found.relations.iter().zip(right.relations);
            relations.extend(relation.map(|(r, right)| (f64::from(r.score), right)));
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
    fn reliability_is_what_one_counts_by_hand() {
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
