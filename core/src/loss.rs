//! Losses: summed cross-entropy over rows of logits, with name, kind and weight.

use burn::tensor::{Tensor, activation::log_softmax};

use crate::ops::indices;

/// A sum of losses and the number of rows summed, so that a mean over several chunks can be computed.
#[derive(Debug, Default)]
pub struct Term {
    /// Sum, `[1]`; `None` without a row.
    pub sum: Option<Tensor<1>>,
    /// Number of rows.
    pub count: usize,
}

impl Term {
    /// The sum over the rows of both terms.
    pub fn plus(self, other: Self) -> Self {
        Self {
            sum: match (self.sum, other.sum) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            },
            count: self.count + other.count,
        }
    }
}

/// Summed cross-entropy of `logits` `[rows, classes]` against one class a row.
pub fn cross_entropy(logits: Tensor<2>, targets: &[usize]) -> Term {
    let rows = targets.len();
    let targets = targets.iter().map(|&target| target as i32).collect();
    let targets = indices(targets, &logits.device()).unsqueeze_dim(1); // [rows, 1]
    Term {
        sum: Some(-log_softmax(logits, 1).gather(1, targets).sum()),
        count: rows,
    }
}

/// The quantity that the mean of a [`Loss`] estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A cross-entropy, 0 or more.
    CrossEntropy,
    /// The share of correct decisions, in [0, 1]; it has no gradient.
    Accuracy,
}

/// A loss of an objective, over the rows of a chunk.
#[derive(Debug)]
pub struct Loss {
    /// Name in events and files.
    pub name: &'static str,
    /// Quantity that the mean estimates.
    pub measure: Measure,
    /// Factor of the mean in the total; 0 for a loss that is only reported.
    pub weight: f32,
    /// Sum and number of rows.
    pub term: Term,
}
