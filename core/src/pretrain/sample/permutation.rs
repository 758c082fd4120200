//! Span permutation: words shuffled inside segments (method §2.7, 2).

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use serde::Serialize;

use crate::schema::Span;

/// Number of orders of a first word, the middle words and a last word.
pub const CLASSES: usize = 6;

/// Shortest segment with a first word, a middle and a last word.
const SHORTEST: usize = 3;

/// A segment whose words were put in another order, or left in theirs (class 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Permuted {
    /// The segment, in words.
    pub span: Span,
    /// Which order, below [`CLASSES`].
    pub class: usize,
}

/// Chooses segments in random order, and an order of words for each.
pub fn choose(segments: &[Span; 5], most: usize, rng: &mut impl Rng) -> Vec<Permuted> {
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

/// So many orders of the same segments, at least one, whatever their classes are now: first the right
/// one of each, which so comes once in `count` and not once in six; then others, all different.
pub fn orders(chosen: &[Permuted], count: usize, rng: &mut impl Rng) -> Vec<Vec<Permuted>> {
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
pub fn apply<T: Clone>(words: &[T], permuted: &[Permuted]) -> Vec<T> {
    let mut words = words.to_vec();
    for permuted in permuted {
        if let Some(segment) = words.get_mut(permuted.span.0..permuted.span.1) {
            reorder(segment, permuted.class);
        }
    }
    words
}

/// Puts first word A, middle words B and last word C in one of six orders.
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
