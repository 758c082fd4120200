//! Losses: summed cross-entropy over rows of logits, and what it means to a front end.

use burn::tensor::{Tensor, activation::log_softmax};

use crate::ops::indices;

/// A sum of per-row losses and the number of rows, so that means can be taken over several chunks.
#[derive(Debug, Default)]
pub struct Term {
    /// `[1]`; `None` where there was no row.
    pub sum: Option<Tensor<1>>,
    /// Number of rows.
    pub count: usize,
}

impl Term {
    /// The sum over the rows of both.
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

/// What the mean of a [`Loss`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A cross-entropy, 0 or more.
    CrossEntropy,
    /// The share of decisions that were right, in [0, 1]; it has no gradient.
    Accuracy,
}

/// One of the losses of an objective, over the rows of a chunk.
#[derive(Debug)]
pub struct Loss {
    /// Its name in events and files.
    pub name: &'static str,
    /// What its mean says.
    pub measure: Measure,
    /// Factor of its mean in the total; 0 for what is only reported.
    pub weight: f32,
    /// Sum and number of rows.
    pub term: Term,
}
