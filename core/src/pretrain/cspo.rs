//! Contrastive span pair objective (CSPO, method §2.7, §3.7): which context belongs to a pair of spans.
//!
//! A sentence is read in two views: the target view shows the pair s1, s2 alone, the context view
//! everything else. With the projected pair features q_t and q_c of the two views, the same of the
//! momentum network k_t and k_c, and queues K_t and K_c of earlier keys, the loss of a sentence is
//!
//! ```text
//! L = ½ CE([q_t·k_c, q_t·K_c] / τ, 0) + ½ CE([q_c·k_t, q_c·K_t] / τ, 0)
//! ```

use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};

use super::config::{Normalization, ObjectiveConfig};
use super::sample::config::{Alignment, SampleConfig, SpanChoice};
use super::sample::entity;
use super::sample::shape::Word;
use crate::batch::Pieces;
use crate::loss::Term;
use crate::ops::{Dense, Init, Pass};
use crate::schema::Span;

/// Draws two separate spans, in textual order, by rejection (§2.7, 1); `None` when none are found.
pub(crate) fn choose_pair(
    words: &[Word<'_>],
    config: &SampleConfig,
    rng: &mut impl Rng,
) -> Option<[Span; 2]> {
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
        let span = if candidates.is_empty() || !rng.random_bool(config.entity_share) {
            propose(count, config, rng)
        } else {
            candidates
                .get(rng.random_range(0..candidates.len()))
                .copied()
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

/// A span of geometric length at a uniform start; `None` if it does not fit.
fn propose(count: usize, config: &SampleConfig, rng: &mut impl Rng) -> Option<Span> {
    let length = length(rng.random(), config);
    let start = rng.random_range(0..count);
    (start + length <= count).then_some((start, start + length))
}

/// Length at a quantile of the geometric distribution, which is cut off at the longest span.
fn length(quantile: f64, config: &SampleConfig) -> usize {
    let stay = 1.0 - config.geometric;
    let mass = 1.0 - stay.powi(config.longest_span.min(i32::MAX as usize) as i32);
    let length = (-quantile * mass).ln_1p() / stay.ln();
    (length.ceil() as usize).clamp(1, config.longest_span)
}

/// The segments `L, s1, M, s2, R` around a pair in a sentence of `count` words.
pub(crate) fn segments([first, second]: [Span; 2], count: usize) -> [Span; 5] {
    [
        (0, first.0),
        first,
        (first.1, second.0),
        second,
        (second.1, count),
    ]
}

/// Whether an index lies in the span pair.
pub(crate) fn contains(segments: &[Span; 5], index: usize) -> bool {
    [segments[1], segments[3]]
        .iter()
        .any(|span| (span.0..span.1).contains(&index))
}

/// Chooses words outside the pair that the target view shows all the same (§13.3); sorted.
pub(crate) fn choose_kept(words: usize, probability: f64, rng: &mut impl Rng) -> Vec<usize> {
    if probability <= 0.0 {
        return Vec::new();
    }
    (0..words)
        .filter(|_| rng.random_bool(probability))
        .collect()
}

/// Whether a word is among the kept ones.
pub(crate) fn is_kept(kept: &[usize], word: usize) -> bool {
    kept.binary_search(&word).is_ok()
}

/// Pieces of the target view and of the context view (§2.7, 4). A word outside the pair that the target
/// view keeps is hidden in the context view: the words that both views share would give the pair away.
pub(crate) fn views(
    pieces: &Pieces,
    segments: &[Span; 5],
    kept: &[usize],
    mask: u32,
    alignment: Alignment,
) -> [Vec<u32>; 2] {
    let (mut target, mut context) = (pieces.ids.clone(), pieces.ids.clone());
    for word in 0..pieces.first.len() {
        for position in pieces.range(word) {
            let index = match alignment {
                Alignment::Word => word,
                Alignment::Reference => position,
            };
            let hidden = if contains(segments, index) || is_kept(kept, word) {
                &mut context
            } else {
                &mut target
            };
            if let Some(id) = hidden.get_mut(position) {
                *id = mask;
            }
        }
    }
    [target, context]
}

/// Projection head: two dense layers between the pair features and what is contrasted.
#[derive(Module, Debug)]
pub struct Projection {
    inner: Dense,
    outer: Dense,
}

impl Projection {
    /// A new head from `inputs` to `outputs` features.
    pub fn new(inputs: usize, outputs: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            inner: Dense::new(inputs, outputs, init, device),
            outer: Dense::new(outputs, outputs, init, device),
        }
    }

    /// `[pairs, inputs]` → `[pairs, outputs]`.
    pub fn forward(&self, features: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let inner = self.inner.forward(features, pass);
        self.outer.forward(inner, pass)
    }
}

/// Added to the logit of a query's own key among the negatives of its batch.
const EXCLUDED: f32 = -1e9;
/// Smallest length to divide by.
const SHORTEST: f32 = 1e-12;

/// Queries or keys `[rows, width]`, scaled to the length that the settings want.
pub fn normalize(rows: Tensor<2>, normalization: Normalization) -> Tensor<2> {
    match normalization {
        Normalization::None => rows,
        Normalization::L2 => {
            let length = rows.clone().square().sum_dim(1).sqrt().clamp_min(SHORTEST); // [rows, 1]
            rows / length
        }
    }
}

/// Logits of queries `[sentences, width]`: against their own keys `[sentences, width]` in column 0, then
/// against negatives, which are the other sentences' keys, if the settings want them, and the keys of the
/// queue `[queued, width]`. `[sentences, 1 + (sentences) + queued]`; `None` without a negative.
pub fn logits(
    queries: Tensor<2>,
    keys: Tensor<2>,
    queued: Option<Tensor<2>>,
    config: &ObjectiveConfig,
) -> Option<Tensor<2>> {
    let [sentences, _] = queries.dims();
    let positive = (queries.clone() * keys.clone()).sum_dim(1); // [sentences, 1]
    let mut columns = vec![positive];
    if config.in_batch_negatives && sentences > 1 {
        let own = (0..sentences * sentences)
            .map(|i| {
                if i % (sentences + 1) == 0 {
                    EXCLUDED
                } else {
                    0.0
                }
            })
            .collect::<Vec<f32>>();
        let own = Tensor::from_data(
            TensorData::new(own, [sentences, sentences]),
            &queries.device(),
        );
        columns.push(queries.clone().matmul(keys.transpose()) + own); // [sentences, sentences]
    }
    if let Some(queued) = queued {
        columns.push(queries.matmul(queued.transpose())); // [sentences, queued]
    }
    (columns.len() > 1).then(|| Tensor::cat(columns, 1) / config.temperature)
}

/// Summed cross-entropy of logits `[sentences, candidates]` whose column 0 is right, and the number of
/// rows in which it is the largest.
pub fn loss(logits: Option<Tensor<2>>) -> (Term, Term) {
    let Some(logits) = logits else {
        return Default::default();
    };
    let [count, _] = logits.dims();
    let right = logits.clone().inner().argmax(1).equal_elem(0).float().sum();
    let sum = -log_softmax(logits, 1).narrow(1, 0, 1).sum();
    (
        Term {
            sum: Some(sum),
            count,
        },
        Term {
            sum: Some(right),
            count,
        },
    )
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
            shares[length((f64::from(i) + 0.5) / f64::from(steps), &config) - 1] +=
                1.0 / f64::from(steps);
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
