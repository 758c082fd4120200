//! Settings of the pre-training objectives (method §3.6–3.7, §8).

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What the contrastive loss compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ProjectionHead {
    /// The pair features behind two dense layers.
    #[default]
    Mlp,
    /// The pair features themselves.
    None,
}

/// Length of queries and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Normalization {
    /// As the projection returns them, as in the authors' code.
    #[default]
    None,
    /// Scaled to length 1.
    L2,
}

/// Where the momentum network starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum MomentumInit {
    /// At the query network, as in the paper.
    #[default]
    Copy,
    /// At the same sentence encoder and random weights elsewhere, as in the code.
    Random,
}

/// Weights and shapes of the three objectives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct ObjectiveConfig {
    /// Weight of the token boundary objective (TBO)
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives", default_value_t = Self::default().w_tbo))]
    pub w_tbo: f64,
    /// Weight of the span permutation objective (SPO)
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives", default_value_t = Self::default().w_spo))]
    pub w_spo: f64,
    /// Weight of the contrastive span-pair objective (CSPO)
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives", default_value_t = Self::default().w_cspo))]
    pub w_cspo: f64,
    /// Rows of TBO's table of distances
    #[cfg_attr(feature = "cli", arg(skip = Self::default().tbo_positions))]
    #[serde(skip)]
    pub tbo_positions: usize,
    /// Width of TBO's embedding of a distance
    #[cfg_attr(feature = "cli", arg(skip = Self::default().tbo_position_size))]
    #[serde(skip)]
    pub tbo_position_size: usize,
    /// Predict masked pieces with the word embeddings instead of a matrix of its own
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives"))]
    pub tbo_tied: bool,
    /// What is contrasted
    #[cfg_attr(feature = "cli", arg(long, value_enum, help_heading = "Objectives", default_value_t = Self::default().proj_head))]
    pub proj_head: ProjectionHead,
    /// Length of queries and keys
    #[cfg_attr(feature = "cli", arg(long, value_enum, help_heading = "Objectives", default_value_t = Self::default().cspo_normalize))]
    pub cspo_normalize: Normalization,
    /// Temperature of the contrast
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives", default_value_t = Self::default().temperature))]
    pub temperature: f64,
    /// Take the other sentences of a chunk as negatives too
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives"))]
    pub in_batch_negatives: bool,
    /// Keys a queue holds
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives", default_value_t = Self::default().queue_keys))]
    pub queue_keys: usize,
    /// Share of the momentum network that a step keeps
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Objectives", default_value_t = Self::default().momentum))]
    pub momentum: f64,
    /// Where the momentum network starts
    #[cfg_attr(feature = "cli", arg(long, value_enum, help_heading = "Objectives", default_value_t = Self::default().momentum_init))]
    pub momentum_init: MomentumInit,
}

impl Default for ObjectiveConfig {
    fn default() -> Self {
        Self {
            w_tbo: 0.5,
            w_spo: 1.0,
            w_cspo: 0.3,
            tbo_positions: 150,
            tbo_position_size: 200,
            tbo_tied: false,
            proj_head: ProjectionHead::Mlp,
            cspo_normalize: Normalization::None,
            temperature: 0.2,
            in_batch_negatives: false,
            queue_keys: 65_536,
            momentum: 0.999,
            momentum_init: MomentumInit::Copy,
        }
    }
}

impl ObjectiveConfig {
    /// Checks that the objectives make sense.
    ///
    /// # Errors
    /// [`Error::Config`] that names the field and the allowed values.
    pub fn validate(&self) -> Result<()> {
        let fail = |field, problem: String| Err(Error::Config { field, problem });
        for (field, weight) in [
            ("w_tbo", self.w_tbo),
            ("w_spo", self.w_spo),
            ("w_cspo", self.w_cspo),
        ] {
            if !(weight.is_finite() && weight >= 0.0) {
                return fail(field, format!("{weight} is not 0 or more"));
            }
        }
        if self.w_tbo + self.w_spo + self.w_cspo == 0.0 {
            return fail("w_tbo", "all three loss weights are 0".into());
        }
        for (field, size) in [
            ("tbo_positions", self.tbo_positions),
            ("tbo_position_size", self.tbo_position_size),
            ("queue_keys", self.queue_keys),
        ] {
            if size == 0 {
                return fail(field, "must be at least 1".into());
            }
        }
        if !(self.temperature.is_finite() && self.temperature > 0.0) {
            return fail(
                "temperature",
                format!("{} is not above 0", self.temperature),
            );
        }
        if !(0.0..=1.0).contains(&self.momentum) {
            return fail("momentum", format!("{} is not in [0, 1]", self.momentum));
        }
        Ok(())
    }
}
