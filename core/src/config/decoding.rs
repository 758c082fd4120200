//! How the output of a model becomes decisions with scores (method §6, §13.10).

use serde::{Deserialize, Serialize};

use crate::tagger::TagDecoding;
use crate::{Error, Result};

/// How the output of a model becomes decisions with scores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Decoding {
    /// How the tags of a sentence are chosen.
    #[serde(default, rename = "tag_decoding")]
    pub tags: TagDecoding,
    /// What makes scores of logits. Without it, the score of an entity is the probability of its type
    /// given its span, and that of a relation the probability of its type given its entities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

/// Temperatures that divide logits before they become scores, so that about 70 % of everything with a
/// score of 0.7 is right (Guo et al., 2017, "On Calibration of Modern Neural Networks"). They leave
/// decisions as they are. [`crate::calibration`] fits them to development data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Of tags, in the probability that the boundaries of a span are right.
    pub tags: f32,
    /// Of entity types.
    pub types: f32,
    /// Of relations.
    pub relations: f32,
}

impl Decoding {
    /// Checks the temperatures.
    ///
    /// # Errors
    /// [`Error::Config`] for one that is not finite and above 0.
    pub fn validate(&self) -> Result<()> {
        let Some(calibration) = self.calibration else {
            return Ok(());
        };
        let temperatures = [calibration.tags, calibration.types, calibration.relations];
        if temperatures.iter().all(|t| t.is_finite() && *t > 0.0) {
            return Ok(());
        }
        Err(Error::Config {
            field: "calibration",
            problem: format!("{temperatures:?} must be finite and above 0"),
        })
    }
}
