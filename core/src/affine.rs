//! Linear layers and layer norms over many rows (method §3.0).
//!
//! The gradient of what every row shares, a bias or the scale of a norm, is a sum over the rows, and a GPU
//! gives each column of such a sum to one thread: hundreds of threads, thousands of steps. While a GPU
//! trains, rows are shared out in two stages, so that the sums are over about the root of their number.

use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use crate::noise::Noise;

/// Fewest rows that are worth two stages.
const MANY: usize = 256;

/// `[rows, inputs]` → `[rows, outputs]`.
pub fn linear(layer: &Linear, x: Tensor<2>, noise: &Noise) -> Tensor<2> {
    let (Some(bias), Some(stages)) = (&layer.bias, stages(x.dims()[0], noise)) else {
        return layer.forward(x);
    };
    let y = staged(x.matmul(layer.weight.val()), stages);
    let shape = y.dims();
    merged(y + shared(bias.val(), shape))
}

/// Every row to mean 0 and deviation 1, scaled and shifted: `[rows, width]` → the same shape.
pub fn norm(layer: &LayerNorm, x: Tensor<2>, noise: &Noise) -> Tensor<2> {
    let Some(stages) = stages(x.dims()[0], noise) else {
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

/// How many rows each stage of a sum has, where there is something to gain.
fn stages(rows: usize, noise: &Noise) -> Option<[usize; 2]> {
    if !noise.is_drawn_by_device() || rows < MANY {
        return None;
    }
    let first = (2..=rows.isqrt()).rev().find(|d| rows.is_multiple_of(*d))?;
    Some([first, rows / first])
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
