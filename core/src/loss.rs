//! Cross-entropy over rows of logits.

use burn::tensor::{Tensor, TensorData, activation::log_softmax};

/// A sum of per-row losses and the number of rows, so that means can be taken over several chunks.
#[derive(Debug, Default)]
pub struct Term {
    /// `[1]`; nothing where there was no row.
    pub sum: Option<Tensor<1>>,
    /// Number of rows.
    pub count: usize,
}

/// Summed cross-entropy of `logits` `[rows, classes]` against one class a row.
pub fn cross_entropy(logits: Tensor<2>, targets: &[usize]) -> Term {
    let [rows, classes] = logits.dims();
    let mut one_hot = vec![0.0_f32; rows * classes];
    for (row, &target) in targets.iter().enumerate() {
        one_hot[row * classes + target] = -1.0;
    }
    // A product with one-hot rows: its gradient is dense, where a gather's would be a scatter.
    let one_hot =
        Tensor::<2>::from_data(TensorData::new(one_hot, [rows, classes]), &logits.device());
    Term {
        sum: Some((log_softmax(logits, 1) * one_hot).sum()),
        count: rows,
    }
}
