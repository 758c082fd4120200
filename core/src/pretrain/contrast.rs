//! Contrastive span-pair objective (CSPO, method §3.7): a pair must recognise its own context among
//! the contexts of other sentences, and a context its pair.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};

use super::config::{Normalization, ObjectiveConfig};
use crate::loss::Term;

/// Added to the logit of the positive where it would appear as a negative again.
const EXCLUDED: f32 = -1e9;
/// Keeps the length of a zero vector from dividing by zero.
const SHORTEST: f32 = 1e-12;

/// Queries or keys in the length that the objective wants: `[rows, width]`.
pub fn normalize(rows: Tensor<2>, normalization: Normalization) -> Tensor<2> {
    match normalization {
        Normalization::None => rows,
        Normalization::L2 => {
            let length = rows.clone().square().sum_dim(1).sqrt().clamp_min(SHORTEST); // [rows, 1]
            rows / length
        }
    }
}

/// Logits of queries `[sentences, width]` against their keys `[sentences, width]`, in column 0, and
/// negatives: the other sentences' keys, if the settings want them, and those queued
/// `[queued, width]`. `[sentences, 1 + (sentences) + queued]`; nothing without a negative.
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

/// Summed cross-entropy of logits `[sentences, candidates]` whose column 0 is right, and how often it is
/// the largest.
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
