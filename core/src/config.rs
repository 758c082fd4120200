//! Model configuration (method §3, §8): one struct, saved beside the weights.

use serde::{Deserialize, Serialize};

use crate::pair::POSITION_ROWS;
use crate::schema::Schema;
use crate::tagger::{Tag, TagDecoding};
use crate::{Error, Result};

/// The two ways to read the method: as its authors evidently meant it, or as their code behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The code's architecture with its evident bugs mended.
    #[default]
    Fixed,
    /// The released code, quirks included.
    Reference,
}

/// What represents the whole sentence in the pair encoder (`q` of §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClsRepr {
    /// The pooler: `tanh(W h_cls + b)`.
    #[default]
    Pooler,
    /// The encoder's output at `[CLS]`.
    Raw,
}

/// Non-linearity of the pair attention (§3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PairActivation {
    /// As in the code.
    #[default]
    Gelu,
    /// As in the paper.
    Tanh,
}

/// What an empty left, middle or right segment looks like (§3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmptySegment {
    /// The span CNN of nothing: `gelu(bias)`.
    #[default]
    Cnn,
    /// A zero vector in place of the CNN features.
    Zero,
}

/// What the relation classifier sees of a pair (§3.8, §13.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelationInput {
    /// The attended pair features, as in the paper.
    #[default]
    Pooled,
    /// Beside them both spans' representations and type distributions.
    Typed,
}

/// Added to the logits of `None` at inference (§13.10): below 0, more is found and less of it is right.
/// Chosen on development data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct NoneBias {
    /// When spans are typed.
    pub entity: f32,
    /// When pairs are related.
    pub relation: f32,
}

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
}

fn two() -> usize {
    2
}

fn bert_epsilon() -> f64 {
    1e-12
}

/// Everything that determines the shape and the arithmetic of a [`JointModel`](crate::JointModel).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// Sentence encoder.
    pub encoder: EncoderConfig,
    /// Kernel widths of the span CNN.
    #[serde(default = "kernels")]
    pub span_kernels: Vec<usize>,
    /// Channels of each kernel.
    #[serde(default = "hundred")]
    pub span_channels: usize,
    /// Width of a span representation.
    #[serde(default = "three_hundred")]
    pub span_size: usize,
    /// Width of the pair attention.
    #[serde(default = "five_hundred")]
    pub attention_size: usize,
    /// Width of one relative-position embedding.
    #[serde(default = "hundred")]
    pub position_size: usize,
    /// Width of the relation features.
    #[serde(default = "relation_width")]
    pub relation_size: usize,
    /// Dropout probability, everywhere.
    #[serde(default = "tenth")]
    pub dropout: f64,
    /// Sentence vector of the pair attention.
    #[serde(default)]
    pub cls_repr: ClsRepr,
    /// Non-linearity of the pair attention.
    #[serde(default)]
    pub pair_att_act: PairActivation,
    /// Representation of empty segments.
    #[serde(default)]
    pub empty_segment: EmptySegment,
    /// Input of the relation classifier.
    #[serde(default)]
    pub relation_input: RelationInput,
    /// Whether entities and contexts share one span encoder.
    #[serde(default)]
    pub share_span_encoder: bool,
    /// Whether the tag head keeps the reference code's never-used PAD class (in front).
    #[serde(default)]
    pub tag_pad_class: bool,
    /// How tags are chosen at inference.
    #[serde(default)]
    pub tag_decoding: TagDecoding,
    /// How readily inference finds nothing.
    #[serde(default)]
    pub none_bias: NoneBias,
}

fn kernels() -> Vec<usize> {
    vec![2, 3, 4]
}
fn hundred() -> usize {
    100
}
fn three_hundred() -> usize {
    300
}
fn five_hundred() -> usize {
    500
}
fn relation_width() -> usize {
    128
}
fn tenth() -> f64 {
    0.1
}

impl ModelConfig {
    /// The method's sizes around an encoder, in one of the two profiles.
    pub fn new(encoder: EncoderConfig, profile: Profile) -> Self {
        let reference = profile == Profile::Reference;
        Self {
            encoder,
            span_kernels: kernels(),
            span_channels: hundred(),
            span_size: three_hundred(),
            attention_size: five_hundred(),
            position_size: hundred(),
            relation_size: relation_width(),
            dropout: tenth(),
            cls_repr: ClsRepr::Pooler,
            pair_att_act: PairActivation::Gelu,
            empty_segment: if reference {
                EmptySegment::Zero
            } else {
                EmptySegment::Cnn
            },
            relation_input: RelationInput::Pooled,
            share_span_encoder: false,
            tag_pad_class: reference,
            tag_decoding: TagDecoding::Argmax,
            none_bias: NoneBias::default(),
        }
    }

    /// Width of what the relation classifier sees.
    pub fn relation_features(&self, schema: &Schema) -> usize {
        match self.relation_input {
            RelationInput::Pooled => self.span_size,
            RelationInput::Typed => self
                .span_size
                .saturating_mul(3)
                .saturating_add(schema.entity_classes().saturating_mul(2)),
        }
    }

    /// Checks that a model can be built.
    ///
    /// # Errors
    /// [`Error::Config`] that names the field and the allowed values.
    pub fn validate(&self) -> Result<()> {
        let e = &self.encoder;
        let sizes = [
            ("encoder.vocab_size", e.vocab_size),
            ("encoder.hidden_size", e.hidden_size),
            ("encoder.num_attention_heads", e.num_attention_heads),
            ("encoder.intermediate_size", e.intermediate_size),
            ("span_channels", self.span_channels),
            ("span_size", self.span_size),
            ("attention_size", self.attention_size),
            ("position_size", self.position_size),
            ("relation_size", self.relation_size),
        ];
        for (field, size) in sizes {
            if size == 0 {
                return Err(Error::Config {
                    field,
                    problem: "must be at least 1".into(),
                });
            }
        }
        if e.room() < 3 {
            return Err(Error::Config {
                field: "encoder.max_position_embeddings",
                problem: format!(
                    "{} leaves no room for a word between [CLS] and [SEP]",
                    e.room()
                ),
            });
        }
        if !e.hidden_size.is_multiple_of(e.num_attention_heads) {
            return Err(Error::Config {
                field: "encoder.num_attention_heads",
                problem: format!(
                    "{} does not divide the hidden size {}",
                    e.num_attention_heads, e.hidden_size
                ),
            });
        }
        // Half the buckets are for either side, half of those for one distance each.
        if !matches!(e.relative_attention_num_buckets, 0 | 4..) {
            return Err(Error::Config {
                field: "encoder.relative_attention_num_buckets",
                problem: "must be 0 or at least 4".into(),
            });
        }
        if self.span_kernels.is_empty() || self.span_kernels.contains(&0) {
            return Err(Error::Config {
                field: "span_kernels",
                problem: "at least one kernel, each at least 1 word wide, is needed".into(),
            });
        }
        let NoneBias { entity, relation } = self.none_bias;
        if !(entity.is_finite() && relation.is_finite()) {
            return Err(Error::Config {
                field: "none_bias",
                problem: format!("{entity} and {relation} must be numbers"),
            });
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(Error::Config {
                field: "dropout",
                problem: format!("{} is not in [0, 1)", self.dropout),
            });
        }
        Ok(())
    }

    /// Number of weights of a model for a schema, saturating: absurd sizes are recognised before
    /// anything is allocated for them.
    pub fn parameters(&self, schema: &Schema) -> u128 {
        let linear =
            |inputs: u128, outputs: u128| inputs.saturating_mul(outputs).saturating_add(outputs);
        let table = |rows: u128, width: u128| rows.saturating_mul(width);
        let sum = |parts: &[u128]| parts.iter().fold(0_u128, |a, &b| a.saturating_add(b));
        let e = &self.encoder;
        let [hidden, inner, layers] =
            [e.hidden_size, e.intermediate_size, e.num_hidden_layers].map(|n| n as u128);
        let rows =
            sum(&[e.vocab_size, e.max_position_embeddings, e.type_vocab_size].map(|n| n as u128));
        let [size, attention, position, relation] = [
            self.span_size,
            self.attention_size,
            self.position_size,
            self.relation_size,
        ]
        .map(|n| n as u128);
        let norm = |width: u128| table(2, width);
        let dense = |inputs, outputs| sum(&[linear(inputs, outputs), norm(outputs)]);
        let layer = sum(&[
            table(4, linear(hidden, hidden)),
            linear(hidden, inner),
            linear(inner, hidden),
            table(2, norm(hidden)),
        ]);
        let channels = self.span_channels as u128;
        let features = table(self.span_kernels.len() as u128, channels);
        let taps = sum(&self
            .span_kernels
            .iter()
            .map(|&k| k as u128)
            .collect::<Vec<_>>());
        let span = sum(&[
            table(hidden, table(taps, channels)),
            features,
            dense(features, size),
        ]);
        sum(&[
            table(rows, hidden),
            norm(hidden),
            table(
                e.relative_attention_num_buckets as u128,
                e.num_attention_heads as u128,
            ),
            table(layers, layer),
            linear(hidden, hidden),
            linear(
                hidden,
                Tag::ALL.len() as u128 + u128::from(self.tag_pad_class),
            ),
            table(if self.share_span_encoder { 1 } else { 2 }, span),
            linear(size, schema.entity_classes() as u128),
            table(POSITION_ROWS as u128, position),
            table(attention, sum(&[size, hidden, table(2, position), 1])),
            dense(self.relation_features(schema) as u128, size),
            dense(size, relation),
            linear(relation, schema.relation_classes() as u128),
        ])
    }
}
