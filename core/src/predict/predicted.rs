//! Predictions: spans, entities and relations of a tokenised sentence, with class numbers and scores.

use crate::pair::SEGMENTS;
use crate::schema::Span;

/// What predictions contain beside the decisions; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Detail {
    /// Whether they contain the probabilities of all classes and the attention of the pair encoder.
    pub evidence: bool,
    /// Whether they contain the logits of the tags.
    pub tags: bool,
    /// Least score, in [0, 1], of the spans and pairs that the model rejects and that they contain all
    /// the same; `None` for predictions without rejected ones.
    pub rejected: Option<f32>,
}

/// A typed span with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedEntity {
    /// The words of the span, half-open.
    pub span: Span,
    /// Entity class, never `None`.
    pub class: usize,
    /// Probability that class and borders are right if the model is calibrated, else that of the class
    /// given the borders.
    pub score: f32,
    /// Whether the model rejects the entity: `None` is more probable.
    pub rejected: bool,
    /// Probabilities of all classes; only with [`Detail::evidence`].
    pub classes: Option<Vec<f32>>,
    /// Probability that both borders are right; only with [`Detail::evidence`] and a calibrated model.
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
    /// Probability that the class and the borders of both arguments are right if the model is calibrated,
    /// else that of the class given both arguments. Either direction counts if the type is symmetric and
    /// the relation is not rejected.
    pub score: f32,
    /// Whether the model rejects the relation: `None` is more probable.
    pub rejected: bool,
    /// Evidence for the decision; only with [`Detail::evidence`].
    pub evidence: Option<PairEvidence>,
}

/// Evidence for the decision on a pair of spans.
#[derive(Debug, Clone, PartialEq)]
pub struct PairEvidence {
    /// Probabilities of all directed classes.
    pub classes: Vec<f32>,
    /// Attention over left, s1, middle, s2 and right (method §3.5).
    pub attention: [f32; SEGMENTS],
}

/// The prediction for one sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predicted {
    /// Spans that the tagger found, before they were typed.
    pub spans: Vec<Span>,
    /// Entities in textual order; rejected ones only with [`Detail::rejected`].
    pub entities: Vec<PredictedEntity>,
    /// Relations between [`Self::entities`]; rejected ones only with [`Detail::rejected`].
    pub relations: Vec<PredictedRelation>,
    /// Tag logits of each word; only with [`Detail::tags`].
    pub tags: Option<Vec<Vec<f32>>>,
}
