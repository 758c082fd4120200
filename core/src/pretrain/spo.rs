//! Span permutation objective (SPO, method §2.7, §3.6): in which order the words of a span stand.
//!
//! The first word A, the middle words B and the last word C of a segment are put in one of six orders.
//! With the representation r of the shuffled segment (§3.4), the loss of the order c is
//!
//! ```text
//! L = -log softmax(W · Dense(r) + b)_c
//! ```

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use serde::Serialize;

use crate::loss::{Term, cross_entropy};
use crate::ops::{Dense, Init, Linear, Pass};
use crate::schema::Span;

/// Number of orders of a first word, the middle words and a last word.
pub const CLASSES: usize = 6;

/// Shortest segment with a first word, a middle and a last word.
const SHORTEST: usize = 3;

/// A segment and the order of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Permuted {
    /// The segment, in words.
    pub span: Span,
    /// The order, below [`CLASSES`]; 0 is the right one.
    pub class: usize,
}

/// Chooses at most `most` segments at random, and an order of words for each (§2.7, 2).
pub(crate) fn choose(segments: &[Span; 5], most: usize, rng: &mut impl Rng) -> Vec<Permuted> {
    let mut long: Vec<Span> = segments
        .iter()
        .copied()
        .filter(|(start, end)| end - start >= SHORTEST)
        .collect();
    long.shuffle(rng);
    long.into_iter()
        .take(most)
        .map(|span| Permuted {
            span,
            class: rng.random_range(0..CLASSES),
        })
        .collect()
}

/// Returns `count` orders of the chosen segments, at least one: the right order, then distinct random
/// ones. The right order comes once in `count` then, and not once in six.
pub(crate) fn orders(chosen: &[Permuted], count: usize, rng: &mut impl Rng) -> Vec<Vec<Permuted>> {
    let mut of_segment = Vec::with_capacity(chosen.len());
    for _ in chosen {
        let mut classes: Vec<usize> = (0..CLASSES).collect();
        classes[1..].shuffle(rng);
        of_segment.push(classes);
    }
    let order = |n: usize| {
        let segments = chosen.iter().zip(&of_segment);
        let reordered = segments.map(|(permuted, classes)| Permuted {
            span: permuted.span,
            class: classes[n],
        });
        reordered.collect()
    };
    (0..count.clamp(1, CLASSES)).map(order).collect()
}

/// The words in their new order.
pub(crate) fn apply<T: Clone>(words: &[T], permuted: &[Permuted]) -> Vec<T> {
    let mut words = words.to_vec();
    for permuted in permuted {
        if let Some(segment) = words.get_mut(permuted.span.0..permuted.span.1) {
            reorder(segment, permuted.class);
        }
    }
    words
}

/// Puts the first word A, the middle words B and the last word C in one of six orders.
fn reorder<T>(segment: &mut [T], class: usize) {
    if segment.len() < SHORTEST {
        return;
    }
    let last = segment.len() - 1;
    match class {
        // A C B
        1 => segment[1..].rotate_right(1),
        // B A C
        2 => segment[..last].rotate_left(1),
        // B C A
        3 => segment.rotate_left(1),
        // C A B
        4 => segment.rotate_right(1),
        // C B A
        5 => segment.swap(0, last),
        // A B C
        _ => {}
    }
}

/// Head that recognises the order of a represented span.
#[derive(Module, Debug)]
pub struct SpanPermutation {
    dense: Dense,
    head: Linear,
}

impl SpanPermutation {
    /// A new head over spans of width `size`.
    pub fn new(size: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            dense: Dense::new(size, size, init, device),
            head: init.linear(size, CLASSES, device),
        }
    }

    /// `[spans, span size]` → `[spans, 6]`.
    pub fn logits(&self, spans: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        self.head.forward(self.dense.forward(spans, pass))
    }

    /// Summed loss of represented spans `[spans, span size]` and their orders.
    pub fn loss(&self, spans: Tensor<2>, orders: &[usize], pass: &mut Pass) -> Term {
        cross_entropy(self.logits(spans, pass), orders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_number_the_orders_lexicographically() {
        let orders = ["ABC", "ACB", "BAC", "BCA", "CAB", "CBA"];
        for (class, order) in orders.into_iter().enumerate() {
            for middle in ["b", "bcd"] {
                let mut words: Vec<char> = format!("a{middle}z").chars().collect();
                reorder(&mut words, class);
                let expected = order
                    .replace('A', "a")
                    .replace('B', middle)
                    .replace('C', "z");
                assert_eq!(words.iter().collect::<String>(), expected, "class {class}");
            }
        }
    }
}
