//! Rows of a matrix by index.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::Backward;

/// A one-dimensional index tensor.
pub(crate) fn indices(rows: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = rows.len();
    Tensor::from_data(TensorData::new(rows, [count]), device)
}

/// Rows of `x` `[rows, width]` at the indices `[selected]`: `[selected, width]`.
///
/// Both ways give the same numbers, and the same gradient up to rounding. The gradient of a selection
/// is summed by one thread a column; that of a gather by one thread an element, with atomic additions,
/// which most GPUs have.
pub(crate) fn select_rows(x: Tensor<2>, at: Tensor<1, Int>, backward: Backward) -> Tensor<2> {
    match backward {
        Backward::Serial => x.select(0, at),
        Backward::Parallel => {
            let shape = [at.dims()[0], x.dims()[1]];
            x.gather(0, at.unsqueeze_dim::<2>(1).expand(shape))
        }
    }
}
