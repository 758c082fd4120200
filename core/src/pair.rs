//! Span-pair encoder (method §3.5): position-aware attention over left, s1, middle, s2 and right.

use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Device, Tensor};

use crate::batch::indices;
use crate::config::{ModelConfig, PairActivation};
use crate::init::Init;
use crate::noise::Noise;
use crate::rows::pick;
use crate::schema::Span;

/// Number of segments around and between two spans.
pub const SEGMENTS: usize = 5;
/// Number of words next to two spans.
pub const EDGES: usize = 4;
/// Width of such a word for the relation classifier.
pub const EDGE_SIZE: usize = 64;

/// Rows of the position table for each segment, relative to s1 and to s2.
const POSITIONS: [[i32; 2]; SEGMENTS] = [[2, 0], [3, 1], [4, 2], [5, 3], [6, 4]];
/// Rows of the position table.
pub(crate) const POSITION_ROWS: usize = 7;

/// The words left of, between and right of two spans of the sentence `bounds`; overlapping spans
/// have nothing between them.
pub fn contexts(bounds: Span, left: Span, right: Span) -> [Span; 3] {
    let middle = (left.1, right.0.max(left.1));
    let rest = (left.1.max(right.1), bounds.1);
    [(bounds.0, left.0), middle, rest]
}

/// The words next to two spans in the sentence `bounds` (§13.8): the last before the left one, the first and the
/// last between them, and the first behind the right one.
pub fn edges(bounds: Span, left: Span, right: Span) -> [Option<usize>; EDGES] {
    let [before, middle, behind] = contexts(bounds, left, right);
    let first = |span: Span| (span.0 < span.1).then_some(span.0);
    let last = |span: Span| (span.0 < span.1).then(|| span.1 - 1);
    [last(before), first(middle), last(middle), first(behind)]
}

/// What the pair encoder gives for a batch of pairs.
#[derive(Debug)]
pub struct PairFeatures {
    /// `h_p` before dropout: `[pairs, span size]`.
    pub features: Tensor<2>,
    /// Attention over the five segments: `[pairs, 5]`.
    pub weights: Tensor<2>,
    /// The words next to the spans, where the relation classifier sees them: `[pairs, 4 * hidden]`, zeros for
    /// one that is not there.
    pub edges: Option<Tensor<2>>,
}

/// Position-aware attention.
#[derive(Module, Debug)]
pub struct PairEncoder {
    position: Embedding,
    input: Linear,
    query: Linear,
    feature: Linear,
    score: Linear,
}

impl PairEncoder {
    /// A new pair encoder.
    pub fn new(config: &ModelConfig, init: &mut Init, device: &Device) -> Self {
        let width = config.attention_size;
        Self {
            position: init.embedding(POSITION_ROWS, config.position_size, device),
            input: init.projection(config.span_size, width, device),
            query: init.projection(config.encoder.hidden_size, width, device),
            feature: init.projection(2 * config.position_size, width, device),
            score: init.projection(width, 1, device),
        }
    }

    /// `segments` `[pairs, 5, span size]`, sentence vectors `q` `[sentences, hidden]`, and for each
    /// pair its sentence.
    pub fn forward(
        &self,
        segments: Tensor<3>,
        q: Tensor<2>,
        sentences: &[usize],
        act: PairActivation,
        noise: &Noise,
    ) -> PairFeatures {
        let device = segments.device();
        let [pairs, _, size] = segments.dims();
        let input = self
            .input
            .forward(segments.clone().reshape([pairs * SEGMENTS, size]));
        let width = input.dims()[1];
        let input = input.reshape([pairs, SEGMENTS, width]);

        let of_pair = indices(sentences.iter().map(|&s| s as i32).collect(), &device);
        let query = pick(self.query.forward(q), of_pair, noise).reshape([pairs, 1, width]);

        let rows = indices(POSITIONS.concat(), &device);
        let position = self.position.weight.val().select(0, rows); // [5 * 2, position size]
        let both = 2 * position.dims()[1];
        let feature = self
            .feature
            .forward(position.reshape([SEGMENTS, both]))
            .unsqueeze::<3>(); // [1, 5, width]

        let hidden = input + query + feature; // [pairs, 5, width]
        let hidden = match act {
            PairActivation::Gelu => gelu(hidden),
            PairActivation::Tanh => hidden.tanh(),
        };
        let scores = self
            .score
            .forward(hidden.reshape([pairs * SEGMENTS, width]))
            .reshape([pairs, SEGMENTS]);
        let weights = softmax(scores, 1); // [pairs, 5]
        let features = (segments * weights.clone().reshape([pairs, SEGMENTS, 1]))
            .sum_dim(1)
            .reshape([pairs, size]);
        PairFeatures {
            features,
            weights,
            edges: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_partition_the_sentence() {
        assert_eq!(
            contexts((10, 24), (11, 13), (19, 21)),
            [(10, 11), (13, 19), (21, 24)]
        );
        assert_eq!(contexts((0, 4), (0, 2), (2, 4)), [(0, 0), (2, 2), (4, 4)]);
    }

    #[test]
    fn words_next_to_spans_are_those_that_are_there() {
        assert_eq!(
            edges((10, 24), (11, 13), (19, 21)),
            [Some(10), Some(13), Some(18), Some(21)]
        );
        assert_eq!(
            edges((0, 5), (0, 2), (3, 5)),
            [None, Some(2), Some(2), None]
        );
        assert_eq!(edges((0, 4), (0, 2), (2, 4)), [None; 4]);
    }

    #[test]
    fn nested_spans_have_an_empty_middle() {
        assert_eq!(contexts((0, 9), (1, 6), (2, 4)), [(0, 1), (6, 6), (6, 9)]);
    }
}
