//! Sizes and switches of a model.

use serde::{Deserialize, Serialize};

use super::Decoding;
use super::encoder::{EncoderConfig, sensible};
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
    /// Whether the embeddings say how words are written (lower case, Title, UPPER …), which an uncased
    /// encoder does not see (§13.12).
    #[serde(default)]
    pub case: bool,
}

/// Most kernels of a span CNN, and the widest.
const MOST_KERNELS: usize = 32;
const WIDEST_KERNEL: usize = 64;

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
    /// The method's sizes around an encoder.
    pub fn new(encoder: EncoderConfig) -> Self {
        Self {
            encoder,
            span_kernels: kernels(),
            span_channels: hundred(),
            span_size: three_hundred(),
            attention_size: five_hundred(),
            position_size: hundred(),
            relation_size: relation_width(),
            dropout: tenth(),
            cls_repr: ClsRepr::default(),
            pair_att_act: PairActivation::default(),
            empty_segment: EmptySegment::default(),
            relation_input: RelationInput::default(),
            share_span_encoder: false,
            tag_pad_class: false,
            case: false,
        }
    }

    /// The quirks of the authors' fine-tuning code (§8), which their checkpoints need: empty segments
    /// are zero, and the tagger has a class for padding.
    pub fn with_reference_quirks(self) -> Self {
        Self {
            empty_segment: EmptySegment::Zero,
            tag_pad_class: true,
            ..self
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
        sensible(&sizes)?;
        let possible = |width: &usize| (1..=WIDEST_KERNEL).contains(width);
        if !(1..=MOST_KERNELS).contains(&self.span_kernels.len())
            || !self.span_kernels.iter().all(possible)
        {
            return Err(Error::Config {
                field: "span_kernels",
                problem: format!(
                    "1 to {MOST_KERNELS} kernels are needed, each 1 to {WIDEST_KERNEL} words wide"
                ),
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
}

/// What a bundle's manifest and a run's `model.json` say about a model: one flat JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredSettings")]
pub struct ModelSettings {
    /// Shape and arithmetic.
    #[serde(flatten)]
    pub model: ModelConfig,
    /// From its output to decisions.
    #[serde(flatten)]
    pub decoding: Decoding,
}

impl ModelSettings {
    /// Checks that a model can be built and used.
    ///
    /// # Errors
    /// [`Error::Config`] that names the field and the allowed values.
    pub fn validate(&self) -> Result<()> {
        self.model.validate()?;
        self.decoding.validate()
    }
}

/// [`ModelSettings`] as they are stored, with switches of earlier versions that no longer exist.
#[derive(Deserialize)]
struct StoredSettings {
    #[serde(flatten)]
    model: ModelConfig,
    #[serde(flatten)]
    decoding: Decoding,
    /// Word-pieces of neighbouring sentences that the encoder read.
    #[serde(default)]
    context: usize,
    #[serde(default)]
    none_bias: NoneBias,
}

/// What was added to the logits of `None`.
#[derive(Deserialize, Default, PartialEq)]
struct NoneBias {
    entity: f32,
    relation: f32,
}

impl TryFrom<StoredSettings> for ModelSettings {
    type Error = &'static str;

    fn try_from(stored: StoredSettings) -> Result<Self, Self::Error> {
        if stored.context != 0 {
            return Err(
                "the model reads neighbouring sentences (`context`), which this version no longer supports; train it anew without",
            );
        }
        if stored.none_bias != NoneBias::default() {
            return Err(
                "the model has a bias towards finding nothing (`none_bias`), which this version no longer supports; set it to 0",
            );
        }
        Ok(Self {
            model: stored.model,
            decoding: stored.decoding,
        })
    }
}

/// What represents the whole sentence in the pair encoder (`q` of §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
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
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum PairActivation {
    /// As in the code.
    #[default]
    Gelu,
    /// As in the paper.
    Tanh,
}

/// How an empty left, middle or right segment is represented (§3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum EmptySegment {
    /// The span CNN of nothing: `gelu(bias)`.
    #[default]
    Cnn,
    /// A zero vector in place of the CNN features.
    Zero,
}

/// Input of the relation classifier (§3.8, §13.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum RelationInput {
    /// The pair features, as in the paper.
    #[default]
    Pooled,
    /// The pair features, and the representation and type distribution of both spans.
    Typed,
    /// All that, and the words next to the two spans: the last before the left span, the first and the
    /// last between the spans, and the first behind the right span.
    Edges,
}
