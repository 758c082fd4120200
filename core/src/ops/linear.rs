//! Linear layers and layer norms over many rows (method §3.0).
//!
//! A bias and the gain of a norm are shared by all rows, so their gradient is a sum over the rows. A
//! GPU gives each column of such a sum to one thread: hundreds of threads take thousands of steps. With
//! [`Backward::Parallel`] the parameter is expanded to the rows in two stages, and its gradient is
//! summed in two stages too, by more threads in fewer steps. The gradient of a weight matrix is a sum
//! over the rows as well, computed by one workgroup for each tile of the matrix; a small encoder has
//! fewer tiles than a GPU has room for, so the product is cut into parts of the rows.
//! The transformer layers and the dense blocks use both; heads and the span CNN use neither.

use std::ops::RangeInclusive;

use burn::module::{Module, Param};
use burn::nn::LayerNorm;
use burn::tensor::Tensor;
use burn::tensor::module::linear as affine;

use super::Backward;
use super::int8::Int8Matrix;
use crate::weights::Int8Source;

/// A linear layer.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`; empty if the weights are in int8.
    pub weight: Param<Tensor<2>>,
    /// `[outputs]`.
    pub bias: Option<Param<Tensor<1>>>,
    /// The weights in int8, for the forward pass on the processor.
    #[module(skip)]
    int8: Option<Int8Matrix>,
}

impl Linear {
    /// A layer with these weights `[inputs, outputs]`.
    pub fn new(weight: Param<Tensor<2>>, bias: Option<Param<Tensor<1>>>) -> Self {
        Self {
            weight,
            bias,
            int8: None,
        }
    }

    /// `[rows, inputs]` → `[rows, outputs]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let bias = self.bias.as_ref().map(Param::val);
        match &self.int8 {
            Some(matrix) => matrix.forward(x, bias),
            None => affine(x, self.weight.val(), bias),
        }
    }

    /// Takes the int8 weights of this name, if they are there and can be multiplied in int8.
    pub(crate) fn take_int8(&mut self, name: &str, source: &mut Int8Source) {
        if let Some(array) = source.take(name, Int8Matrix::takes) {
            self.int8 = Some(Int8Matrix::new(&array));
        }
    }
}

/// Smallest number of rows for which two stages are faster.
const MIN_STAGED_ROWS: usize = 256;
/// Smallest number of rows of a stage.
const MIN_STAGE: usize = 8;
/// Smallest number of rows of a part of a product.
const MIN_PART: usize = 128;

/// `[rows, inputs]` → `[rows, outputs]`.
pub(crate) fn linear(layer: &Linear, x: Tensor<2>, backward: Backward) -> Tensor<2> {
    let found = (layer.bias.as_ref()).and_then(|bias| Some((bias, stages(bias, &x, backward)?)));
    let Some((bias, stages)) = found else {
        return layer.forward(x);
    };
    let y = staged(product(x, layer.weight.val()), stages);
    let shape = y.dims();
    merged(y + shared(bias.val(), shape))
}

/// Layer norm of every row: `[rows, width]` → the same shape.
pub(crate) fn norm(layer: &LayerNorm, x: Tensor<2>, backward: Backward) -> Tensor<2> {
    let Some(stages) = stages(&layer.gamma, &x, backward) else {
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

/// `[rows, inputs]` × `[inputs, outputs]` in parts of the rows: the gradient of the weight is summed over
/// the few rows of each part, then over the parts.
fn product(x: Tensor<2>, weight: Tensor<2>) -> Tensor<2> {
    let [rows, inputs] = x.dims();
    let parts = parts(rows);
    let x = x.reshape([parts, rows / parts, inputs]);
    merged(x.matmul(weight.unsqueeze())) // [parts, rows / parts, outputs] → [rows, outputs]
}

/// Number of equal parts, each of at least [`MIN_PART`] rows, into which a product is cut.
fn parts(rows: usize) -> usize {
    largest_divisor(rows, 1..=rows / MIN_PART).unwrap_or(1)
}

/// Rows of the two stages; `None` if `param` is not trained or its gradient is not summed in parallel.
fn stages(param: &Param<Tensor<1>>, x: &Tensor<2>, backward: Backward) -> Option<[usize; 2]> {
    let trained = param.is_require_grad() && param.val().device().is_autodiff();
    divided(x.dims()[0], trained && backward == Backward::Parallel)
}

/// Two factors of `rows`; `None` if no stages are wanted, there are too few rows, or no such factors.
fn divided(rows: usize, wanted: bool) -> Option<[usize; 2]> {
    if !wanted || rows < MIN_STAGED_ROWS {
        return None;
    }
    let first = largest_divisor(rows, MIN_STAGE..=rows.isqrt())?;
    Some([first, rows / first])
}

/// The largest of `numbers` that divides `rows`.
fn largest_divisor(rows: usize, numbers: RangeInclusive<usize>) -> Option<usize> {
    numbers.rev().find(|&number| rows.is_multiple_of(number))
}

/// `[rows, width]` → `[first, second, width]`.
fn staged(x: Tensor<2>, [first, second]: [usize; 2]) -> Tensor<3> {
    let width = x.dims()[1];
    x.reshape([first, second, width])
}

/// A vector that all rows share: `[width]` → `[first, 1, width]`. Its gradient is summed over the second
/// stage by the broadcast, then over the first by the expansion.
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
