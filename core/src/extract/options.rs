//! What an extraction is asked for.

use serde::{Deserialize, Serialize};

use crate::predict::Detail;
use crate::text::OffsetUnit;

/// How to extract.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtractOptions {
    /// Entities and relations below this score are left out, in [0, 1].
    pub threshold: f32,
    /// Unit of all offsets.
    pub unit: OffsetUnit,
    /// Whether entities and relations say what they were decided on.
    pub evidence: bool,
    /// Also what the model takes for no entity or no relation, if the score of its best label is at
    /// least this, in [0, 1]; `threshold` does not concern it.
    pub candidates: Option<f32>,
    /// Sentences that start before this offset are skipped.
    pub from: usize,
    /// Most sentences to read; all by default.
    pub limit: Option<usize>,
    /// Whether to take sentences that were read before from the extractor's memory, if it has one.
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
    /// What the predictor must keep.
    pub(super) fn detail(&self) -> Detail {
        Detail {
            evidence: self.evidence,
            tags: false,
            rejected: self.candidates,
        }
    }

    /// Whether something of this score is handed over.
    pub(super) fn takes(&self, score: f32, rejected: bool) -> bool {
        match rejected {
            true => self.candidates.is_some_and(|least| score >= least),
            false => score >= self.threshold,
        }
    }
}
