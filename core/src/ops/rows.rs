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
/// `backward` does not change the result, and changes the gradient by rounding alone. With
/// [`Backward::Serial`], one thread a column sums the gradient. With [`Backward::Parallel`], one thread an
/// element adds to it, atomically.
pub(crate) fn select_rows(x: Tensor<2>, at: Tensor<1, Int>, backward: Backward) -> Tensor<2> {
    match backward {
        Backward::Serial => x.select(0, at),
        Backward::Parallel => {
            let shape = [at.dims()[0], x.dims()[1]];
            x.gather(0, at.unsqueeze_dim::<2>(1).expand(shape))
        }
    }
}
