//! Span-pair encoder (method §3.5): position-aware attention over the five segments that two spans cut
//! a sentence into: left context, s1, middle, s2, right context.
//!
//! With the representation g_j of segment j (§3.4), the sentence vector q (§3.1), and embeddings p of
//! the segment's position relative to s1 and to s2:
//!
//! ```text
//! e_j = v · act(W_h g_j + W_q q + W_p [p1_j ; p2_j])      j = left, s1, middle, s2, right
//! a   = softmax(e)
//! h_p = Σ_j a_j g_j
//! ```

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use crate::config::{ModelConfig, PairActivation};
use crate::ops::{Backward, Init, Linear, gelu, indices, select_rows};
use crate::schema::Span;

/// Number of segments: left, s1, middle, s2, right.
pub const SEGMENTS: usize = 5;

/// Position of every segment relative to s1 and to s2, counted in segments: s1 has position 0 relative
/// to itself, the middle 1, and the left context -1.
const POSITIONS: [[i32; 2]; SEGMENTS] = [[-1, -3], [0, -2], [1, -1], [2, 0], [3, 1]];
/// The lowest position, which has the first row of the table.
const FIRST_POSITION: i32 = -3;
/// Rows of the position table: -3 to 3.
const POSITION_ROWS: usize = 7;

/// The words left of, between and right of two spans of the sentence `bounds`. Overlapping spans have
/// an empty middle.
pub fn contexts(bounds: Span, left: Span, right: Span) -> [Span; 3] {
    let middle = (left.1, right.0.max(left.1));
    let rest = (left.1.max(right.1), bounds.1);
    [(bounds.0, left.0), middle, rest]
}

/// Output of the pair encoder for a batch of pairs.
#[derive(Debug)]
pub struct PairFeatures {
    /// `h_p` before dropout: `[pairs, span size]`.
    pub features: Tensor<2>,
    /// Attention over the five segments: `[pairs, 5]`.
    pub weights: Tensor<2>,
}

/// Position-aware attention over five segments.
#[derive(Module, Debug)]
pub struct PairEncoder {
    position: Embedding,
    input: Linear,
    query: Linear,
    feature: Linear,
    score: Linear,
    #[module(skip)]
    act: PairActivation,
}

impl PairEncoder {
    /// A pair encoder with initial weights.
    pub fn new(config: &ModelConfig, init: &mut Init, device: &Device) -> Self {
        let width = config.attention_size;
        let positions = config.position_size.saturating_mul(2);
        Self {
            position: init.embedding(POSITION_ROWS, config.position_size, device),
            input: init.projection(config.span_size, width, device),
            query: init.projection(config.encoder.hidden_size, width, device),
            feature: init.projection(positions, width, device),
            score: init.projection(width, 1, device),
            act: config.pair_att_act,
        }
    }

    /// Attends over `segments` `[pairs, 5, span size]`, given the sentence vectors `q`
    /// `[sentences, hidden]` and the sentence of each pair.
    pub fn forward(
        &self,
        segments: Tensor<3>,
        q: Tensor<2>,
        sentences: &[usize],
        backward: Backward,
    ) -> PairFeatures {
        let device = segments.device();
        let [pairs, _, size] = segments.dims();
        // W_h g_j
        let input = self
            .input
            .forward(segments.clone().reshape([pairs * SEGMENTS, size]));
        let width = input.dims()[1];
        let input = input.reshape([pairs, SEGMENTS, width]);
        // W_q q
        let of_pair = indices(sentences.iter().map(|&s| s as i32).collect(), &device);
        let query = select_rows(self.query.forward(q), of_pair, backward);
        let query = query.reshape([pairs, 1, width]);
        // W_p [p1_j ; p2_j]
        let rows = POSITIONS.map(|of_spans| of_spans.map(|position| position - FIRST_POSITION));
        let rows = indices(rows.concat(), &device);
        let position = self.position.weight.val().select(0, rows); // [5 * 2, position size]
        let both = 2 * position.dims()[1];
        let feature = self
            .feature
            .forward(position.reshape([SEGMENTS, both]))
            .unsqueeze::<3>(); // [1, 5, width]

        let hidden = input + query + feature; // [pairs, 5, width]
        let hidden = match self.act {
            PairActivation::Gelu => gelu(hidden),
            PairActivation::Tanh => hidden.tanh(),
        };
        let scores = self
            .score
            .forward(hidden.reshape([pairs * SEGMENTS, width]))
            .reshape([pairs, SEGMENTS]); // e
        let weights = softmax(scores, 1); // a: [pairs, 5]
        let features = (segments * weights.clone().reshape([pairs, SEGMENTS, 1]))
            .sum_dim(1)
            .reshape([pairs, size]); // h_p
        PairFeatures { features, weights }
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
    fn nested_spans_have_an_empty_middle() {
        assert_eq!(contexts((0, 9), (1, 6), (2, 4)), [(0, 1), (6, 6), (6, 9)]);
    }

    #[test]
    fn every_position_has_a_row() {
        let positions = POSITIONS.concat();
        let rows: Vec<i32> = positions.iter().map(|p| p - FIRST_POSITION).collect();
        assert_eq!(rows, [2, 0, 3, 1, 4, 2, 5, 3, 6, 4]);
        assert!(
            rows.iter()
                .all(|&row| (0..POSITION_ROWS as i32).contains(&row))
        );
    }
}
