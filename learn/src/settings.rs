//! Settings of the optimiser: command line, TOML file and saved `config.json` at once.

use serde::{Deserialize, Serialize};

use crate::{AdamWConfig, EmbeddingRate, Rates};

/// Learning rates, decay and clipping of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct OptimizerConfig {
    /// Train nothing of the sentence encoder
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training"))]
    #[serde(default)]
    pub freeze_encoder: bool,
    /// Peak learning rate of the highest encoder layer
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training", default_value_t = Self::default().learning_rate))]
    pub learning_rate: f64,
    /// Peak learning rate of everything behind the encoder
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training", default_value_t = Self::default().head_lr))]
    pub head_lr: f64,
    /// Factor of the learning rate from one layer to the next lower one
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training", default_value_t = Self::default().layer_decay))]
    pub layer_decay: f64,
    /// Learning rate of the embedding tables
    #[cfg_attr(feature = "cli", arg(long, value_enum, help_heading = "Training", default_value_t = Self::default().lr_embeddings))]
    pub lr_embeddings: EmbeddingRate,
    /// Share of the schedule that warms up
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training", default_value_t = Self::default().warmup))]
    pub warmup: f64,
    /// Weight decay
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training", default_value_t = Self::default().weight_decay))]
    pub weight_decay: f64,
    /// Decay biases and normalisation too, as the paper's code does
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training"))]
    pub decay_all: bool,
    /// Correct AdamW's moments for their start at zero
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training"))]
    pub adamw_bias_correction: bool,
    /// Largest gradient norm
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Training", default_value_t = Self::default().clip))]
    pub clip: f64,
}

impl Default for OptimizerConfig {
    /// Of fine-tuning.
    fn default() -> Self {
        Self {
            freeze_encoder: false,
            learning_rate: 1.5e-4,
            head_lr: 5e-4,
            layer_decay: 0.9,
            lr_embeddings: EmbeddingRate::Lowest,
            warmup: 0.1,
            weight_decay: AdamWConfig::PAPER.weight_decay,
            decay_all: false,
            adamw_bias_correction: AdamWConfig::PAPER.bias_correction,
            clip: AdamWConfig::PAPER.clip,
        }
    }
}

impl OptimizerConfig {
    /// Peak learning rate of the sentence encoder.
    pub fn encoder_rate(&self) -> f64 {
        if self.freeze_encoder {
            0.0
        } else {
            self.learning_rate
        }
    }

    /// Peak learning rates; `spans` is that of span and span-pair encoders where it is not that of the heads.
    pub fn rates(&self, spans: Option<f64>) -> Rates {
        Rates {
            encoder: self.encoder_rate(),
            spans: spans.unwrap_or(self.head_lr),
            head: self.head_lr,
            layer_decay: self.layer_decay,
            embeddings: self.lr_embeddings,
            decay_all: self.decay_all,
        }
    }

    /// Settings of AdamW.
    pub fn adamw(&self) -> AdamWConfig {
        AdamWConfig {
            weight_decay: self.weight_decay,
            bias_correction: self.adamw_bias_correction,
            clip: self.clip,
            ..AdamWConfig::PAPER
        }
    }
}
