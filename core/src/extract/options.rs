//! Options of an extraction.

use serde::{Deserialize, Serialize};

use crate::predict::Detail;
use crate::text::OffsetUnit;

/// Which sentences to read, and which results to return.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtractOptions {
    /// Least score of entities and relations, in [0, 1]; others are left out.
    pub threshold: f32,
    /// Unit of all offsets, `from` included.
    pub unit: OffsetUnit,
    /// Whether entities and relations come with alternatives, attention and the probability of borders.
    pub evidence: bool,
    /// Also returns spans and pairs that the model rejects, if the score of their most probable type is
    /// at least this, in [0, 1]. `threshold` does not apply to them.
    pub candidates: Option<f32>,
    /// Offset before which no sentence starts; earlier sentences are skipped.
    pub from: usize,
    /// Largest number of sentences to read; all by default.
    pub limit: Option<usize>,
    /// Whether to reuse results from the memory of the extractor, if it has one.
    pub reuse: bool,
}

impl Default for ExtractOptions {
    fn default() -> Self {
        Self {
            threshold: 0.0,
            unit: OffsetUnit::Utf16,
            evidence: false,
            candidates: None,
            from: 0,
            limit: None,
            reuse: true,
        }
    }
}

impl ExtractOptions {
    /// What the predictor has to return for these options.
    pub(super) fn detail(&self) -> Detail {
        Detail {
            evidence: self.evidence,
            tags: false,
            rejected: self.candidates,
        }
    }

    /// Whether an entity or relation with this score is part of the result.
    pub(super) fn accepts(&self, score: f32, rejected: bool) -> bool {
        if rejected {
            self.candidates.is_some_and(|least| score >= least)
        } else {
            score >= self.threshold
        }
    }
}
