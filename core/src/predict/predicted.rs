//! What inference finds.

use crate::pair::SEGMENTS;
use crate::schema::Span;

/// What is kept beside the decisions; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Detail {
    /// The probabilities of all classes and the attention of the pair encoder.
    pub evidence: bool,
    /// The logits of the tags.
    pub tags: bool,
    /// Spans and pairs that are most probably nothing, if the score of their best class is at least this.
    pub rejected: Option<f32>,
}

/// A typed span with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedEntity {
    /// Words of the sentence, half-open.
    pub span: Span,
    /// Entity class, never `None`.
    pub class: usize,
    /// Probability of the class, given the span; of a calibrated model, of both.
    pub score: f32,
    /// Whether `None` is more probable.
    pub rejected: bool,
    /// Probabilities of all classes, where evidence is asked for.
    pub classes: Option<Vec<f32>>,
    /// Probability of the span, where evidence is asked for and the model is calibrated.
    pub borders: Option<f32>,
}

/// A directed relation with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedRelation {
    /// Left argument, as an index into [`Predicted::entities`].
    pub left: usize,
    /// Right argument, likewise.
    pub right: usize,
    /// Directed relation class, never `None`.
    pub class: usize,
    /// Probability of the class, given the spans of both arguments; of a calibrated model, of all three.
    /// A symmetric type counts in either direction, unless it is rejected.
    pub score: f32,
    /// Whether `None` is more probable.
    pub rejected: bool,
    /// Why, where evidence is asked for.
    pub evidence: Option<PairEvidence>,
}

/// What a relation was decided on.
#[derive(Debug, Clone, PartialEq)]
pub struct PairEvidence {
    /// Probabilities of all directed classes.
    pub classes: Vec<f32>,
    /// Attention over left, s1, middle, s2 and right (method §3.5).
    pub attention: [f32; SEGMENTS],
}

/// What the model finds in one sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predicted {
    /// Spans of the tagger, before typing.
    pub spans: Vec<Span>,
    /// Typed spans in textual order, rejected ones included where they are asked for.
    pub entities: Vec<PredictedEntity>,
    /// Relations between them.
    pub relations: Vec<PredictedRelation>,
    /// Tag logits of every word, where they are asked for.
    pub tags: Option<Vec<Vec<f32>>>,
}
