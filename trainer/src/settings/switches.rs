//! Switches of the encoders, in pre-training and fine-tuning.

use clap::Args;
use serde::{Deserialize, Serialize};
use spanlight_core::ModelConfig;
use spanlight_core::config::{ClsRepr, EmptySegment, EncoderConfig, PairActivation};

/// Switches of the encoders, in pre-training and fine-tuning.
#[derive(Debug, Clone, Copy, PartialEq, Args, Serialize, Deserialize)]
pub struct EncoderSwitches {
    /// Dropout probability
    #[arg(long, help_heading = "Model", default_value_t = 0.1)]
    pub dropout: f64,
    /// Sentence vector of the pair attention
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    pub cls_repr: ClsRepr,
    /// Non-linearity of the pair attention
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    pub pair_att_act: PairActivation,
    /// Representation of empty segments
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    pub empty_segment: EmptySegment,
}

impl EncoderSwitches {
    /// Sizes and switches of a network around a sentence encoder.
    pub fn model(&self, encoder: EncoderConfig) -> ModelConfig {
        ModelConfig {
            dropout: self.dropout,
            cls_repr: self.cls_repr,
            pair_att_act: self.pair_att_act,
            empty_segment: self.empty_segment,
            ..ModelConfig::new(encoder)
        }
    }
}
