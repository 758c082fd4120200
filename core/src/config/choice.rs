//! What can be chosen beside sizes.

use serde::{Deserialize, Serialize};

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
    /// Beside these the words next to the two spans: the last before the first one, the first and the last
    /// between them, and the first behind the second one.
    Edges,
}

/// What divides logits before they become scores, so that of everything with a score of 0.7 about 70 %
/// is right (Guo et al., 2017, "On Calibration of Modern Neural Networks"). Decisions stay the same.
/// Fitted to development data; see [`crate::calibration`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Of tags, in the probability that a span's borders are right.
    pub tags: f32,
    /// Of entity types.
    pub types: f32,
    /// Of relations.
    pub relations: f32,
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
