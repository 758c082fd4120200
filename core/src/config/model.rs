//! Sizes and switches of a whole model.

use serde::{Deserialize, Serialize};

use super::encoder::{EncoderConfig, positive};
use super::{Calibration, ClsRepr, EmptySegment, NoneBias, PairActivation, Profile, RelationInput};
use crate::context::Frame;
use crate::pair::{EDGE_SIZE, EDGES};
use crate::schema::Schema;
use crate::tagger::TagDecoding;
use crate::{Error, Result};

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
    /// Most word-pieces of neighbouring sentences that the encoder reads on either side of a sentence.
    #[serde(default)]
    pub context: usize,
    /// Whether the encoder is told how words are written.
    #[serde(default)]
    pub case: bool,
    /// How tags are chosen at inference.
    #[serde(default)]
    pub tag_decoding: TagDecoding,
    /// How readily inference finds nothing.
    #[serde(default)]
    pub none_bias: NoneBias,
    /// What makes scores of logits; without it, scores are probabilities of types given spans, and of
    /// relations given entities, as the model has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
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
            context: 0,
            case: false,
            tag_decoding: TagDecoding::Argmax,
            none_bias: NoneBias::default(),
            calibration: None,
        }
    }

    /// What the encoder takes at once.
    pub fn frame(&self) -> Frame {
        Frame {
            room: self.encoder.room(),
            context: self.context,
        }
    }

    /// Width of what the relation classifier sees.
    pub fn relation_features(&self, schema: &Schema) -> usize {
        let typed = self
            .span_size
            .saturating_mul(3)
            .saturating_add(schema.entity_classes().saturating_mul(2));
        match self.relation_input {
            RelationInput::Pooled => self.span_size,
            RelationInput::Typed => typed,
            RelationInput::Edges => typed.saturating_add(EDGES * EDGE_SIZE),
        }
    }

    /// Checks that a model can be built.
    ///
    /// # Errors
    /// [`Error::Config`] that names the field and the allowed values.
    pub fn validate(&self) -> Result<()> {
        self.encoder.validate()?;
        let sizes = [
            ("span_channels", self.span_channels),
            ("span_size", self.span_size),
            ("attention_size", self.attention_size),
            ("position_size", self.position_size),
            ("relation_size", self.relation_size),
        ];
        positive(&sizes)?;
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
        if let Some(c) = self.calibration {
            let temperatures = [c.tags, c.types, c.relations];
            if !temperatures.iter().all(|t| t.is_finite() && *t > 0.0) {
                return Err(Error::Config {
                    field: "calibration",
                    problem: format!("{temperatures:?} must be finite and above 0"),
                });
            }
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(Error::Config {
                field: "dropout",
                problem: format!("{} is not in [0, 1)", self.dropout),
            });
        }
        Ok(())
    }
}
