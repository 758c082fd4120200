//! Relation classifier (method §3.8, §13.8): from the features of a span pair to its directed types.

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use super::candidates::{Candidates, TypedSpans};
use crate::config::{ModelConfig, RelationInput};
use crate::encoders::Encoded;
use crate::ops::{Backward, Dense, Init, Linear, Pass, gelu, indices, linear, select_rows};
use crate::pair::contexts;
use crate::schema::{Schema, Span};

/// Number of words next to two spans.
const EDGES: usize = 4;
/// Number of features of each of these words.
const EDGE_SIZE: usize = 64;

/// Two dense layers and a softmax head over the features of a pair, and over the spans, types and words
/// that [`RelationInput`] adds to them.
#[derive(Module, Debug)]
pub struct RelationClassifier {
    /// Layer over the words next to the spans; only for [`RelationInput::Edges`].
    pub edge: Option<Linear>,
    /// First dense layer, which sees all features.
    pub inner: Dense,
    /// Second dense layer.
    pub outer: Dense,
    /// `[relation size, 2 * relation types + 1]`.
    pub head: Linear,
    #[module(skip)]
    input: RelationInput,
}

impl RelationClassifier {
    /// A classifier with initial weights, for the labels of a schema.
    pub fn new(config: &ModelConfig, schema: &Schema, init: &mut Init, device: &Device) -> Self {
        let size = config.span_size;
        let features = features(config, schema);
        // Weights are drawn in the order of the first release, so that a seed still gives the same ones.
        let inner = Dense::new(features, size, init, device);
        let outer = Dense::new(size, config.relation_size, init, device);
        let head = init.linear(config.relation_size, schema.relation_classes(), device);
        let edge = (config.relation_input == RelationInput::Edges)
            .then(|| init.linear(config.encoder.hidden_size, EDGE_SIZE, device));
        Self {
            edge,
            inner,
            outer,
            head,
            input: config.relation_input,
        }
    }

    /// Logits of directed types: pair features `[pairs, span size]` before their dropout →
    /// `[pairs, 2 * relation types + 1]`.
    pub fn forward(
        &self,
        features: Tensor<2>,
        encoded: &Encoded,
        candidates: &Candidates<'_>,
        spans: &TypedSpans,
        pass: &mut Pass,
    ) -> Tensor<2> {
        let mut features = pass.dropout(features);
        if self.input != RelationInput::Pooled {
            let [left, right] = ends(candidates, spans, pass.backward());
            features = Tensor::cat(vec![features, left, right], 1);
        }
        if let Some(edge) = &self.edge {
            let words = edge_words(encoded, candidates, pass.backward()); // [pairs * 4, hidden]
            let words = linear(edge, words, pass.backward()); // [pairs * 4, edge size]
            let words = gelu(words).reshape([candidates.pairs.len(), EDGES * EDGE_SIZE]);
            features = Tensor::cat(vec![features, pass.dropout(words)], 1);
        }
        let inner = self.inner.forward(features, pass);
        let outer = self.outer.forward(inner, pass);
        self.head.forward(outer)
    }
}

/// Number of features that the first dense layer sees.
fn features(config: &ModelConfig, schema: &Schema) -> usize {
    let pair = config.span_size;
    let end = config.span_size.saturating_add(schema.entity_classes());
    let typed = end.saturating_mul(2).saturating_add(pair);
    match config.relation_input {
        RelationInput::Pooled => pair,
        RelationInput::Typed => typed,
        RelationInput::Edges => typed.saturating_add(EDGES * EDGE_SIZE),
    }
}

/// Representation and type distribution of the left and of the right span of every pair:
/// `[pairs, span size + types + 1]` each.
fn ends(candidates: &Candidates<'_>, spans: &TypedSpans, backward: Backward) -> [Tensor<2>; 2] {
    // The types are detached: the loss of relations must not train the type classifier.
    let types = softmax(spans.types.clone().detach(), 1);
    let both = Tensor::cat(vec![spans.represented.clone(), types], 1); // [spans, size + classes]
    let device = both.device();
    let select = |rows: Vec<i32>| select_rows(both.clone(), indices(rows, &device), backward);
    let pairs = candidates.pairs;
    [
        select(pairs.iter().map(|p| p.left as i32).collect()),
        select(pairs.iter().map(|p| p.right as i32).collect()),
    ]
}

/// The words next to both spans of every pair, with zeros for a missing word: `[pairs * 4, hidden]`.
fn edge_words(encoded: &Encoded, candidates: &Candidates<'_>, backward: Backward) -> Tensor<2> {
    let device = encoded.words.device();
    let [rows, hidden] = encoded.words.dims();
    let nothing = Tensor::zeros([1, hidden], &device);
    let words = Tensor::cat(vec![encoded.words.clone(), nothing], 0); // [words + tail + 1, hidden]
    let at = candidates.pairs.iter().flat_map(|pair| {
        let (left, right) = (candidates.spans[pair.left], candidates.spans[pair.right]);
        edges(candidates.bounds[pair.sentence], left, right).map(|word| word.unwrap_or(rows) as i32)
    });
    select_rows(words, indices(at.collect(), &device), backward)
}

/// The words next to two spans in the sentence `bounds`: the last word before the left span, the first
/// and the last word between the spans, and the first word behind the right span.
fn edges(bounds: Span, left: Span, right: Span) -> [Option<usize>; EDGES] {
    let [before, middle, behind] = contexts(bounds, left, right);
    let first = |span: Span| (span.0 < span.1).then_some(span.0);
    let last = |span: Span| (span.0 < span.1).then(|| span.1 - 1);
    [last(before), first(middle), last(middle), first(behind)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_next_to_a_span_is_absent_at_the_border_of_the_sentence() {
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
}
