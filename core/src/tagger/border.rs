//! The probability that both borders of a span are right, from the logits of the tagger (§13.10).
//!
//! The tagger scores each word on its own; the score of a sequence of tags is the product over its
//! words. The probability of a span is the share of the legal sequences that contain it, where a span
//! is tagged `U` or `B I … I E`. The forward-backward algorithm sums over all sequences, with two
//! states: outside of every entity, and inside an entity.

use super::Tag;
use crate::schema::Span;

/// Sums over the legal tag sequences of a sentence of n words.
pub struct Borders {
    /// Logits of each word, divided by the temperature: `[n, tags]`.
    logits: Vec<[f64; Tag::ALL.len()]>,
    /// Entry i: logarithm of the sum over the legal tags of the words `..i` that end outside of every
    /// entity. `[n + 1]`.
    before: Vec<f64>,
    /// Entry i: logarithm of the sum over the legal tags of the words `i..` that begin outside of every
    /// entity. `[n + 1]`.
    behind: Vec<f64>,
}

/// The logit of a tag.
fn of(logits: &[f64; Tag::ALL.len()], tag: Tag) -> f64 {
    logits[tag as usize]
}

/// `ln Σ exp(term)`.
fn sum(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    largest + terms.iter().map(|t| (t - largest).exp()).sum::<f64>().ln()
}

impl Borders {
    /// Sums over the tags of a sentence, given the tag logits of its words. The temperature divides the
    /// logits.
    pub fn new<'a>(logits: impl IntoIterator<Item = &'a [f32]>, temperature: f32) -> Self {
        let scaled =
            |row: &[f32]| std::array::from_fn(|tag| f64::from(row[tag]) / f64::from(temperature));
        let logits: Vec<[f64; Tag::ALL.len()]> = logits.into_iter().map(scaled).collect();
        let (mut outside, mut inside) = (0.0, f64::NEG_INFINITY);
        let mut before = vec![outside];
        for word in &logits {
            (outside, inside) = (
                sum(&[
                    outside + of(word, Tag::Outside),
                    outside + of(word, Tag::Unit),
                    inside + of(word, Tag::End),
                ]),
                sum(&[
                    outside + of(word, Tag::Begin),
                    inside + of(word, Tag::Inside),
                ]),
            );
            before.push(outside);
        }
        let (mut outside, mut inside) = (0.0, f64::NEG_INFINITY);
        let mut behind = vec![outside];
        for word in logits.iter().rev() {
            (outside, inside) = (
                sum(&[
                    of(word, Tag::Outside) + outside,
                    of(word, Tag::Unit) + outside,
                    of(word, Tag::Begin) + inside,
                ]),
                sum(&[of(word, Tag::End) + outside, of(word, Tag::Inside) + inside]),
            );
            behind.push(outside);
        }
        behind.reverse();
        Self {
            logits,
            before,
            behind,
        }
    }

    /// Probability, in [0, 1], that the span `start..end` is one of the spans of the sentence.
    ///
    /// # Panics
    /// If the span is empty or reaches beyond the sentence.
    pub fn probability(&self, (start, end): Span) -> f32 {
        let words = &self.logits[start..end];
        let own = match words {
            [only] => of(only, Tag::Unit),
            [first, inner @ .., last] => {
                of(first, Tag::Begin)
                    + inner.iter().map(|w| of(w, Tag::Inside)).sum::<f64>()
                    + of(last, Tag::End)
            }
            [] => f64::NEG_INFINITY,
        };
        let all = self.before[self.logits.len()];
        // At extreme temperatures, rounding can lead above 1.
        (self.before[start] + own + self.behind[end] - all)
            .exp()
            .min(1.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tagger::{spans_of, tags_of};

    /// All legal sequences of tags, with their spans.
    fn legal(words: usize) -> Vec<(Vec<Tag>, Vec<Span>)> {
        let all = (0..words).fold(vec![Vec::new()], |all: Vec<Vec<Tag>>, _| {
            all.iter()
                .flat_map(|tags| Tag::ALL.map(|tag| [tags.as_slice(), &[tag]].concat()))
                .collect()
        });
        all.into_iter()
            .map(|tags| (spans_of(&tags), tags))
            .filter(|(spans, tags)| tags_of(spans, words) == *tags)
            .map(|(spans, tags)| (tags, spans))
            .collect()
    }

    proptest! {
        #[test]
        fn the_probability_of_a_span_is_the_share_of_the_sequences_with_it(
            logits in prop::collection::vec(prop::collection::vec(-4.0_f32..4.0, 5), 1..5),
            temperature in 0.5_f32..4.0,
        ) {
            let borders = Borders::new(logits.iter().map(Vec::as_slice), temperature);
            let weight = |tags: &[Tag]| -> f64 {
                let logit = tags.iter().zip(&logits).map(|(&tag, row)| f64::from(row[tag as usize]));
                (logit.sum::<f64>() / f64::from(temperature)).exp()
            };
            let sequences = legal(logits.len());
            let all: f64 = sequences.iter().map(|(tags, _)| weight(tags)).sum();
            for start in 0..logits.len() {
                for end in start + 1..=logits.len() {
                    let having = sequences.iter().filter(|(_, spans)| spans.contains(&(start, end)));
                    let expected = having.map(|(tags, _)| weight(tags)).sum::<f64>() / all;
                    let found = f64::from(borders.probability((start, end)));
                    prop_assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
                }
            }
        }
    }

    #[test]
    fn long_sentences_and_extreme_logits_stay_finite() {
        let row = [500.0, -500.0, -500.0, 400.0, -500.0];
        let borders = Borders::new((0..2000).map(|_| row.as_slice()), 1.0);
        assert_eq!(borders.probability((7, 8)), 0.0);
        let confident = [-900.0, -900.0, -900.0, -900.0, 900.0];
        let borders = Borders::new((0..2000).map(|_| confident.as_slice()), 1.0);
        assert_eq!(borders.probability((7, 8)), 1.0);
        let extreme = Borders::new((0..2000).map(|_| confident.as_slice()), 1e-30);
        assert!((0.0..=1.0).contains(&extreme.probability((7, 8))));
    }
}
