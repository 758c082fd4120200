//! The span pair and the five segments it makes (method §2.7, 1).

use rand::{Rng, RngExt};

use super::{SampleConfig, SpanChoice, Word, entity};
use crate::schema::Span;

/// Two separate spans in textual order, by pure rejection; nothing when none are found.
pub fn choose(words: &[Word<'_>], config: &SampleConfig, rng: &mut impl Rng) -> Option<[Span; 2]> {
    let count = words.len();
    if count < 2 {
        return None;
    }
    let candidates = match config.span_choice {
        SpanChoice::Geometric => Vec::new(),
        SpanChoice::EntityLike => entity::candidates(words, config.longest_span),
    };
    let mut found: Option<Span> = None;
    for _ in 0..config.tries {
        let span = match candidates.is_empty() || !rng.random_bool(config.entity_share) {
            true => propose(count, config, rng),
            false => candidates
                .get(rng.random_range(0..candidates.len()))
                .copied(),
        };
        let Some(span) = span else { continue };
        match found {
            // Nothing is left for a second span.
            None if span == (0, count) => return None,
            None => found = Some(span),
            Some(other) if span.1 <= other.0 => return Some([span, other]),
            Some(other) if other.1 <= span.0 => return Some([other, span]),
            Some(_) => {}
        }
    }
    None
}

/// A span of geometric length anywhere; nothing if it does not fit.
fn propose(count: usize, config: &SampleConfig, rng: &mut impl Rng) -> Option<Span> {
    let length = length(rng.random(), config);
    let start = rng.random_range(0..count);
    (start + length <= count).then_some((start, start + length))
}

/// Length at a quantile of the geometric distribution cut off behind the longest span.
fn length(quantile: f64, config: &SampleConfig) -> usize {
    let stay = 1.0 - config.geometric;
    let mass = 1.0 - stay.powi(config.longest_span.min(i32::MAX as usize) as i32);
    let length = (-quantile * mass).ln_1p() / stay.ln();
    (length.ceil() as usize).clamp(1, config.longest_span)
}

/// The segments `L, s1, M, s2, R` around a pair in a sentence of `count` words.
pub fn segments([first, second]: [Span; 2], count: usize) -> [Span; 5] {
    [
        (0, first.0),
        first,
        (first.1, second.0),
        second,
        (second.1, count),
    ]
}

/// Whether an index lies in the span pair.
pub fn contains(segments: &[Span; 5], index: usize) -> bool {
    [segments[1], segments[3]]
        .iter()
        .any(|span| (span.0..span.1).contains(&index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_follow_the_geometric_distribution() {
        // Method §2.7.
        let expected = [
            0.2241, 0.1792, 0.1434, 0.1147, 0.0918, 0.0734, 0.0587, 0.0470, 0.0376, 0.0301,
        ];
        let config = SampleConfig::default();
        let steps = 100_000;
        let mut shares = [0.0; 10];
        for i in 0..steps {
            shares[length((i as f64 + 0.5) / steps as f64, &config) - 1] += 1.0 / steps as f64;
        }
        for (share, expected) in shares.iter().zip(expected) {
            assert!((share - expected).abs() < 1e-4, "{shares:?}");
        }
    }

    #[test]
    fn the_extremes_of_the_distribution_are_lengths() {
        for (geometric, longest_span) in [(1.0, 10), (0.2, 1), (1e-9, 10), (0.2, usize::MAX)] {
            let config = SampleConfig {
                geometric,
                longest_span,
                ..SampleConfig::default()
            };
            for quantile in [0.0, 0.5, 1.0 - f64::EPSILON] {
                let length = length(quantile, &config);
                assert!((1..=longest_span).contains(&length));
                assert!(geometric < 1.0 || length == 1);
            }
        }
    }
}
