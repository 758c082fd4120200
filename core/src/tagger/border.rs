//! How sure the tagger is that a span is an entity's, no word more and no word less.
//!
//! Words are tagged independently, but only legal sequences of tags have spans at all. Among these, in
//! each of which a span is `U` or `B I … I E`, the share of those that have a certain span is its
//! probability (forward-backward over two states: outside of all entities, and inside of one).

use super::Tag;
use crate::schema::Span;

/// Sums over the legal tags of a sentence.
pub struct Borders {
    /// Logits of the words, divided by the temperature.
    logits: Vec<[f64; Tag::ALL.len()]>,
    /// Logarithm of the sum over the tags of the first words, outside of entities behind them.
    before: Vec<f64>,
    /// The same over those of the words from there on.
    behind: Vec<f64>,
}

/// One tag's logit.
fn of(logits: &[f64; Tag::ALL.len()], tag: Tag) -> f64 {
    logits[tag as usize]
}

/// `ln Σ exp`.
fn sum(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match largest.is_finite() {
        true => largest + terms.iter().map(|t| (t - largest).exp()).sum::<f64>().ln(),
        false => largest,
    }
}

impl Borders {
    /// Of the words with these tag logits, which the temperature divides.
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

    /// Probability of a span of these words, in [0, 1].
    ///
    /// # Panics
    /// If it is empty or reaches beyond them.
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
        // At extreme temperatures rounding is all that is left.
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

    /// All sequences of tags that some spans have, with those spans.
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
        fn a_span_is_as_probable_as_the_sequences_that_have_it(
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
    fn long_sentences_and_sure_taggers_stay_finite() {
        let row = [500.0, -500.0, -500.0, 400.0, -500.0];
        let borders = Borders::new((0..2000).map(|_| row.as_slice()), 1.0);
        assert_eq!(borders.probability((7, 8)), 0.0);
        let sure = [-900.0, -900.0, -900.0, -900.0, 900.0];
        let borders = Borders::new((0..2000).map(|_| sure.as_slice()), 1.0);
        assert_eq!(borders.probability((7, 8)), 1.0);
        let extreme = Borders::new((0..2000).map(|_| sure.as_slice()), 1e-30);
        assert!((0.0..=1.0).contains(&extreme.probability((7, 8))));
    }
}
