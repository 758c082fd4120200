//! Linear layers and layer norms over many rows (method §3.0).
//!
//! The gradient of what every row shares, a bias or the scale of a norm, is a sum over the rows, and a GPU
//! gives each column of such a sum to one thread: hundreds of threads, thousands of steps. Where a GPU
//! trains it, it reaches the rows in two stages, so that the gradient is summed in two, by more threads in
//! fewer steps each. The gradient of a weight is summed over the rows too, by one workgroup for each tile of
//! it, and a small encoder's weights have fewer tiles than a GPU has room for: they meet the rows in parts.
//! The transformer's layers and the dense blocks do both; heads and the span CNN neither.

use std::ops::RangeInclusive;

use burn::module::Param;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use crate::noise::Noise;

/// Fewest rows that are worth two stages.
const MANY: usize = 256;
/// Fewest rows of a stage.
const FEW: usize = 8;
/// Fewest rows of a part of a product.
const PART: usize = 128;

/// `[rows, inputs]` → `[rows, outputs]`.
pub fn linear(layer: &Linear, x: Tensor<2>, noise: &Noise) -> Tensor<2> {
    let found = (layer.bias.as_ref()).and_then(|bias| Some((bias, stages(bias, &x, noise)?)));
    let Some((bias, stages)) = found else {
        return layer.forward(x);
    };
    let y = staged(product(x, layer.weight.val()), stages);
    let shape = y.dims();
    merged(y + shared(bias.val(), shape))
}

/// Every row to mean 0 and deviation 1, scaled and shifted: `[rows, width]` → the same shape.
pub fn norm(layer: &LayerNorm, x: Tensor<2>, noise: &Noise) -> Tensor<2> {
    let Some(stages) = stages(&layer.gamma, &x, noise) else {
        return layer.forward(x);
    };
    let mut plain = layer.clone();
    plain.gamma = plain.gamma.map(|gamma| gamma.ones_like().detach());
    plain.beta = None;
    let y = staged(plain.forward(x), stages);
    let shape = y.dims();
    let y = y * shared(layer.gamma.val(), shape);
    merged(match &layer.beta {
        Some(beta) => y + shared(beta.val(), shape),
        None => y,
    })
}

/// `[rows, inputs]` × `[inputs, outputs]`, part of the rows by part, so that as many gradients of the
/// weight are summed over few rows each, and then added.
fn product(x: Tensor<2>, weight: Tensor<2>) -> Tensor<2> {
    let [rows, inputs] = x.dims();
    let parts = parts(rows);
    let x = x.reshape([parts, rows / parts, inputs]);
    merged(x.matmul(weight.unsqueeze())) // [parts, rows / parts, outputs] → [rows, outputs]
}

/// Into how many equal parts, each of enough rows, a product is cut.
fn parts(rows: usize) -> usize {
    largest_divisor(rows, 1..=rows / PART).unwrap_or(1)
}

/// How many rows each stage has, if a GPU trains the parameter that `x` shares.
fn stages(param: &Param<Tensor<1>>, x: &Tensor<2>, noise: &Noise) -> Option<[usize; 2]> {
    let trained = param.is_require_grad() && param.val().device().is_autodiff();
    divided(x.dims()[0], trained && noise.is_drawn_by_device())
}

/// Rows as those of two stages, if they are wanted and the rows are many and can be divided so.
fn divided(rows: usize, wanted: bool) -> Option<[usize; 2]> {
    if !wanted || rows < MANY {
        return None;
    }
    let first = largest_divisor(rows, FEW..=rows.isqrt())?;
    Some([first, rows / first])
}

/// The largest of these numbers that divides the rows.
fn largest_divisor(rows: usize, numbers: RangeInclusive<usize>) -> Option<usize> {
    numbers.rev().find(|&number| rows.is_multiple_of(number))
}

/// `[rows, width]` → `[first, second, width]`.
fn staged(x: Tensor<2>, [first, second]: [usize; 2]) -> Tensor<3> {
    let width = x.dims()[1];
    x.reshape([first, second, width])
}

/// A row for all others: `[width]` → `[first, 1, width]`, whose gradient is the sum of the second stage and
/// is itself summed by the first.
fn shared(row: Tensor<1>, [first, _, width]: [usize; 3]) -> Tensor<3> {
    row.reshape([1, 1, width]).expand([first, 1, width])
}

/// `[first, second, width]` → `[rows, width]`.
fn merged(x: Tensor<3>) -> Tensor<2> {
    x.flatten(0, 1)
}

#[cfg(test)]
mod tests {
    use super::{divided, parts};

    #[test]
    fn stages_are_near_the_root_of_the_rows() {
        let found = [255, 256, 257, 300, 514].map(|rows| divided(rows, true));
        let expected = [None, Some([16, 16]), None, Some([15, 20]), None];
        assert_eq!(found, expected);
        assert_eq!(divided(300, false), None);
    }

    #[test]
    fn parts_are_equal_and_not_small() {
        let found = [1, 127, 256, 257, 300, 896, 900, 1000].map(parts);
        assert_eq!(found, [1, 1, 2, 1, 2, 7, 6, 5]);
    }
}
