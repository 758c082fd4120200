//! Switches of the encoders, in pre-training and fine-tuning.

use clap::Args;
use serde::{Deserialize, Serialize};
use spanlight_core::ModelConfig;
use spanlight_core::config::{ClsRepr, EmptySegment, EncoderConfig, PairActivation};

use super::parse_lowercase;

/// Switches of the encoders, in pre-training and fine-tuning.
#[derive(Debug, Clone, Copy, PartialEq, Args, Serialize, Deserialize)]
pub struct EncoderSwitches {
    /// Dropout probability
    #[arg(long, help_heading = "Model", default_value_t = 0.1)]
    pub dropout: f64,
    /// Sentence vector of the pair attention: pooler or raw
    #[arg(long, value_parser = parse_lowercase::<ClsRepr>, help_heading = "Model", default_value = "pooler")]
    pub cls_repr: ClsRepr,
    /// Non-linearity of the pair attention: gelu or tanh
    #[arg(long, value_parser = parse_lowercase::<PairActivation>, help_heading = "Model", default_value = "gelu")]
    pub pair_att_act: PairActivation,
    /// Representation of empty segments: cnn or zero
    #[arg(long, value_parser = parse_lowercase::<EmptySegment>, help_heading = "Model", default_value = "cnn")]
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
