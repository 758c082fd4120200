//! Rows of a matrix by index.

use burn::tensor::{Int, Tensor};

use crate::noise::Noise;

/// Rows of `x` `[rows, width]` at `places` `[picked]`: `[picked, width]`.
///
/// Two ways to the same numbers, up to rounding in the gradient, which comes back differently. That of
/// a selection is summed row by row, one thread a column, and suits a CPU; that of a gather number by
/// number, one thread each, where the device adds floats atomically, as most GPUs do.
pub fn pick(x: Tensor<2>, places: Tensor<1, Int>, noise: &Noise) -> Tensor<2> {
    if !noise.is_drawn_by_device() {
        return x.select(0, places);
    }
    let shape = [places.dims()[0], x.dims()[1]];
    x.gather(0, places.unsqueeze_dim::<2>(1).expand(shape))
}
