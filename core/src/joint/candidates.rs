//! Candidate spans and pairs of a batch, between the tagger and the classifiers.

use burn::tensor::Tensor;

use crate::schema::Span;

/// Two spans of the same sentence, as rows of the batch's span list, the left one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Sentence in the batch.
    pub sentence: usize,
    /// Row of the left span.
    pub left: usize,
    /// Row of the right span.
    pub right: usize,
}

/// Candidate spans of a batch and pairs of them.
#[derive(Debug, Clone, Copy)]
pub struct Candidates<'a> {
    /// Packed rows of the words of each sentence, half-open.
    pub bounds: &'a [Span],
    /// Packed rows of each candidate span, half-open.
    pub spans: &'a [Span],
    /// Candidate pairs.
    pub pairs: &'a [Pair],
}

/// Candidate spans of a batch with the outputs of the span encoder and the type classifier.
#[derive(Debug, Clone)]
pub struct TypedSpans {
    /// Representations: `[spans, span size]`.
    pub represented: Tensor<2>,
    /// Type logits: `[spans, types + 1]`.
    pub types: Tensor<2>,
}
