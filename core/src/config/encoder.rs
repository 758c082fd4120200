//! Sizes of the sentence encoder (method §3.1).

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Sizes of the sentence encoder; reads a Hugging Face `config.json` of the BERT family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderConfig {
    /// Number of word-pieces.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Number of transformer layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads; divides `hidden_size`.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Rows of the position table.
    pub max_position_embeddings: usize,
    /// Number of segment types; 0 for an encoder without them.
    #[serde(default = "two")]
    pub type_vocab_size: usize,
    /// LayerNorm epsilon.
    #[serde(default = "bert_epsilon")]
    pub layer_norm_eps: f64,
    /// Row of the position table for the first word-piece (2 in MPNet).
    #[serde(default)]
    pub position_offset: usize,
    /// Buckets of relative distances (32 in MPNet), 0 for none.
    #[serde(default)]
    pub relative_attention_num_buckets: usize,
}

impl EncoderConfig {
    /// Longest input, in word-pieces.
    pub fn room(&self) -> usize {
        self.max_position_embeddings
            .saturating_sub(self.position_offset)
    }

    /// Checks that an encoder can be built.
    ///
    /// # Errors
    /// [`Error::Config`] that names the field and the allowed values.
    pub(super) fn validate(&self) -> Result<()> {
        let sizes = [
            ("encoder.vocab_size", self.vocab_size),
            ("encoder.hidden_size", self.hidden_size),
            ("encoder.num_attention_heads", self.num_attention_heads),
            ("encoder.intermediate_size", self.intermediate_size),
            (
                "encoder.max_position_embeddings",
                self.max_position_embeddings,
            ),
        ];
        sensible(&sizes)?;
        if self.num_hidden_layers > MOST_LAYERS {
            return Err(Error::Config {
                field: "encoder.num_hidden_layers",
                problem: format!("{} is above {MOST_LAYERS}", self.num_hidden_layers),
            });
        }
        if self.room() < 3 {
            return Err(Error::Config {
                field: "encoder.max_position_embeddings",
                problem: format!(
                    "{} leaves no room for a word between [CLS] and [SEP]",
                    self.room()
                ),
            });
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(Error::Config {
                field: "encoder.num_attention_heads",
                problem: format!(
                    "{} does not divide the hidden size {}",
                    self.num_attention_heads, self.hidden_size
                ),
            });
        }
        if !(self.layer_norm_eps.is_finite() && self.layer_norm_eps > 0.0) {
            return Err(Error::Config {
                field: "encoder.layer_norm_eps",
                problem: format!("{} must be finite and above 0", self.layer_norm_eps),
            });
        }
        // Half the buckets are for either side, half of those for one distance each.
        if !matches!(self.relative_attention_num_buckets, 0 | 4..=LARGEST) {
            return Err(Error::Config {
                field: "encoder.relative_attention_num_buckets",
                problem: format!("must be 0 or between 4 and {LARGEST}"),
            });
        }
        if self.type_vocab_size > LARGEST {
            return Err(Error::Config {
                field: "encoder.type_vocab_size",
                problem: format!("{} is above {LARGEST}", self.type_vocab_size),
            });
        }
        Ok(())
    }
}

/// Largest size of anything: 64 times the largest vocabulary of its kind, and small enough that products of
/// three sizes do not overflow.
const LARGEST: usize = 1 << 21;
/// Most layers of a sentence encoder, 40 times those of BERT-large.
const MOST_LAYERS: usize = 1000;

/// Checks that sizes are neither 0 nor absurd.
pub(super) fn sensible(sizes: &[(&'static str, usize)]) -> Result<()> {
    match sizes.iter().find(|(_, size)| !(1..=LARGEST).contains(size)) {
        Some((field, size)) => Err(Error::Config {
            field,
            problem: format!("{size} is not between 1 and {LARGEST}"),
        }),
        None => Ok(()),
    }
}

fn two() -> usize {
    2
}

fn bert_epsilon() -> f64 {
    1e-12
}
