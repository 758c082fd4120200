//! Products with int8 weights on the processor, for the forward pass alone.
//!
//! With the weights w and scales s of a bundle, and every row x of the input rounded to a multiple of its own
//! step a:
//!
//! ```text
//! out[r, n] = bias[n] + a[r] Σ_g s[n, g] Σ_{k in g} round(x[r, k] / a[r]) w[n, k]
//! ```
//!
//! The inner sum is one of whole numbers, and the order of the outer one is fixed, so every machine gives the same
//! bits. The rounded inputs have 16 bits: instructions that add pairs of 16-bit products exist everywhere, and the
//! rounding of the inputs is then far below that of the weights.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use wide::{f32x4, i16x8, i32x4};

use crate::weights::Int8Array;

/// Rows of the input that are multiplied together, so that they share the loads of the weights.
const ROWS: usize = 4;
/// Outputs that are computed together.
const OUTPUTS: usize = 4;
/// Inputs in a vector.
const LANES: usize = 8;
/// Inputs that are multiplied together: two vectors.
const INPUTS: usize = 2 * LANES;

/// The weights of a linear layer in int8, and their scales.
#[derive(Debug, Clone)]
pub(crate) struct Int8Matrix(Arc<Packed>);

#[derive(Debug)]
struct Packed {
    inputs: usize,
    outputs: usize,
    /// Inputs that share a scale.
    group: usize,
    /// For every [`OUTPUTS`] outputs and then every [`INPUTS`] inputs: a vector an output, whose lanes hold the
    /// weight of one of the first eight inputs in the lower byte and that of one of the last eight in the upper.
    weights: Vec<i16x8>,
    /// For every [`OUTPUTS`] outputs: a vector a group.
    scales: Vec<f32x4>,
}

impl Int8Matrix {
    /// Whether an array `[outputs, inputs]` can be multiplied in int8.
    pub fn takes(array: &Int8Array) -> bool {
        let [outputs, inputs] = array.shape[..] else {
            return false;
        };
        let group = array.group();
        outputs.is_multiple_of(OUTPUTS)
            && inputs.is_multiple_of(group)
            && group.is_multiple_of(INPUTS)
    }

    /// The weights of an array that [`Self::takes`] accepts.
    pub fn new(array: &Int8Array) -> Self {
        let (outputs, inputs, group) = (array.shape[0], array.shape[1], array.group());
        let groups = inputs / group;
        let mut weights = Vec::with_capacity(outputs * inputs / INPUTS);
        let mut scales = Vec::with_capacity(outputs / OUTPUTS * groups);
        for first in (0..outputs).step_by(OUTPUTS) {
            for input in (0..inputs).step_by(INPUTS) {
                for output in first..first + OUTPUTS {
                    let row = &array.bytes[output * inputs + input..][..INPUTS];
                    let lane = |i| i16::from_le_bytes([row[i] as u8, row[i + LANES] as u8]);
                    weights.push(i16x8::new(std::array::from_fn(lane)));
                }
            }
            for group in 0..groups {
                let lane = |i| array.scales[(first + i) * groups + group];
                scales.push(f32x4::new(std::array::from_fn(lane)));
            }
        }
        Self(Arc::new(Packed {
            inputs,
            outputs,
            group,
            weights,
            scales,
        }))
    }

    /// `[rows, inputs]` → `[rows, outputs]`. The tensor is on the processor, so reading it waits for nothing.
    pub fn forward(&self, x: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
        let (device, rows) = (x.device(), x.dims()[0]);
        let (x, bias) = (values(x), bias.map(values));
        let bias = bias.unwrap_or_else(|| vec![0.0; self.0.outputs]);
        let out = self.0.product(&x, &bias);
        Tensor::from_data(TensorData::new(out, [rows, self.0.outputs]), &device)
    }
}

/// The values of a tensor on the processor.
fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    // A tensor of this model holds f32.
    tensor.into_data().try_into_vec().unwrap_or_default()
}

impl Packed {
    fn product(&self, x: &[f32], bias: &[f32]) -> Vec<f32> {
        let vectors = self.inputs / LANES;
        let rows = x.len() / self.inputs;
        let mut rounded = vec![i16x8::ZERO; rows * vectors];
        let steps: Vec<f32> = (x.chunks_exact(self.inputs))
            .zip(rounded.chunks_exact_mut(vectors))
            .map(|(x, rounded)| round(x, largest_input(self.group), rounded))
            .collect();
        let mut out = vec![0.0; rows * self.outputs];
        let blocks = (self.weights.chunks_exact(OUTPUTS * self.inputs / INPUTS))
            .zip(self.scales.chunks_exact(self.inputs / self.group))
            .zip(bias.as_chunks::<OUTPUTS>().0);
        for (block, ((weights, scales), bias)) in blocks.enumerate() {
            for first in (0..rows).step_by(ROWS) {
                // Behind the last row, the last row is computed again.
                let at: [usize; ROWS] = std::array::from_fn(|i| (first + i).min(rows - 1));
                let x = at.map(|row| &rounded[row * vectors..][..vectors]);
                for (row, sums) in at.into_iter().zip(self.sums(weights, scales, x)) {
                    let found = sums * f32x4::splat(steps[row]) + f32x4::new(*bias);
                    out[row * self.outputs + block * OUTPUTS..][..OUTPUTS]
                        .copy_from_slice(found.as_array());
                }
            }
        }
        out
    }

    /// The sums over all groups for some rows of the input: a lane for each of [`OUTPUTS`] outputs.
    #[inline]
    fn sums(&self, weights: &[i16x8], scales: &[f32x4], x: [&[i16x8]; ROWS]) -> [f32x4; ROWS] {
        let vectors = self.group / LANES;
        let groups = weights.chunks_exact(OUTPUTS * self.group / INPUTS);
        let mut sums = [[f32x4::ZERO; OUTPUTS]; ROWS];
        for (group, (weights, scales)) in groups.zip(scales).enumerate() {
            let x = x.map(|x| &x[group * vectors..][..vectors]);
            // Two outputs at a time: with four, the sums would not fit in the registers.
            for first in [0, 2] {
                let found = products(weights, first, x);
                for n in 0..2 {
                    let scale = f32x4::splat(scales.as_array()[first + n]);
                    for (sums, found) in sums.iter_mut().zip(found) {
                        sums[first + n] += f32x4::from_i32x4(found[n]) * scale;
                    }
                }
            }
        }
        // Lanes are added in this order on every machine.
        sums.map(|sums| {
            f32x4::new(sums.map(|lanes| {
                let lanes = lanes.as_array();
                (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
            }))
        })
    }
}

/// The sums of a group for some rows of the input and for two of [`OUTPUTS`] outputs, in four parts each.
#[inline]
fn products(weights: &[i16x8], first: usize, x: [&[i16x8]; ROWS]) -> [[i32x4; 2]; ROWS] {
    let weights = weights.as_chunks::<OUTPUTS>().0;
    let x = x.map(|x| x.as_chunks::<2>().0);
    let mut sums = [[i32x4::ZERO; 2]; ROWS];
    for (i, weights) in weights.iter().enumerate() {
        for n in 0..2 {
            let both = weights[first + n];
            let (low, high) = ((both << 8_i32) >> 8_i32, both >> 8_i32);
            for (sums, x) in sums.iter_mut().zip(x) {
                sums[n] = sums[n] + low.dot(x[i][0]) + high.dot(x[i][1]);
            }
        }
    }
    sums
}

/// Largest rounded input with which the sum over a group fits in 32 bits, whatever the weights are.
fn largest_input(group: usize) -> f32 {
    (i32::MAX as usize / (128 * group)).min(i16::MAX as usize) as f32
}

/// Rounds a row to multiples of a step, which becomes the return value: the largest input becomes `largest`. The
/// step of a row that holds infinite or undefined values is NaN.
fn round(x: &[f32], largest: f32, rounded: &mut [i16x8]) -> f32 {
    /// Adding this number leaves a sum without a fraction, rounded to the nearest.
    const WHOLE: f32 = 12_582_912.0;
    // The bits of floats without a sign have the order of the floats; NaN is above all.
    let bits = (x.iter()).fold(0, |most: u32, x| most.max(x.to_bits() & !(1 << 31)));
    let most = f32::from_bits(bits);
    if most == 0.0 || !most.is_finite() {
        rounded.fill(i16x8::ZERO);
        return most * 0.0;
    }
    let factor = largest / most;
    if !factor.is_finite() {
        // Subnormal numbers: nothing of them is left in any product.
        rounded.fill(i16x8::ZERO);
        return 0.0;
    }
    for (x, rounded) in x.as_chunks::<LANES>().0.iter().zip(rounded) {
        let lane = |i: usize| {
            let whole = x[i] * factor + WHOLE;
            whole.to_bits().wrapping_sub(WHOLE.to_bits()) as i16
        };
        *rounded = i16x8::new(std::array::from_fn(lane));
    }
    most / largest
}

/// A table of embeddings in int8.
#[derive(Debug, Clone)]
pub(crate) struct Int8Table(Arc<Int8Array>);

impl Int8Table {
    /// A table `[rows, width]`.
    pub fn new(array: Int8Array) -> Self {
        Self(Arc::new(array))
    }

    /// The embeddings of rows: `[rows, width]`. A row that the table does not have is zero.
    pub fn rows(&self, rows: &[i32], device: &Device) -> Tensor<2> {
        let width = self.0.shape[1];
        let mut values = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            match usize::try_from(row) {
                Ok(row) if row < self.0.shape[0] => self.0.widen_row(row, &mut values),
                _ => values.resize(values.len() + width, 0.0),
            }
        }
        Tensor::from_data(TensorData::new(values, [rows.len(), width]), device)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn array(outputs: usize, inputs: usize, group: usize, seed: usize) -> Int8Array {
        let byte = |i: usize| (((i + seed) * 7919) % 255) as u8 as i8;
        let scale = |i: usize| 1e-3 + ((i * 31 + seed) % 17) as f32 * 1e-4;
        Int8Array {
            shape: vec![outputs, inputs],
            bytes: (0..outputs * inputs).map(byte).collect(),
            scales: (0..outputs * inputs / group).map(scale).collect(),
        }
    }

    /// The definition, in double precision, without rounding of the inputs.
    fn exact(array: &Int8Array, x: &[f32], bias: &[f32]) -> Vec<f64> {
        let weights = array.widened().values;
        let (outputs, inputs) = (array.shape[0], array.shape[1]);
        let mut out = Vec::new();
        for x in x.chunks(inputs) {
            for n in 0..outputs {
                let row = &weights[n * inputs..][..inputs];
                let sum: f64 = row
                    .iter()
                    .zip(x)
                    .map(|(w, x)| f64::from(*w) * f64::from(*x))
                    .sum();
                out.push(sum + f64::from(bias[n]));
            }
        }
        out
    }

    proptest! {
        #[test]
        fn a_product_is_that_of_the_widened_weights(
            (rows, blocks, groups, steps, seed) in (1..6_usize, 1..4_usize, 1..4_usize, 1..7_usize, 0..1000_usize),
            scale in -3..4,
        ) {
            let (outputs, group) = (4 * blocks, 16 * steps);
            let inputs = group * groups;
            let array = array(outputs, inputs, group, seed);
            prop_assert!(Int8Matrix::takes(&array));
            let size = 10_f32.powi(scale);
            let x: Vec<f32> = (0..rows * inputs).map(|i| ((i * 613 + seed) % 1999) as f32 / 999.5 - 1.0).map(|x| x * size).collect();
            let bias: Vec<f32> = (0..outputs).map(|n| n as f32 / 8.0).collect();
            let found = Int8Matrix::new(&array).0.product(&x, &bias);
            // An input is off by half a step at most, a step is at least 1/32767 of the largest input.
            let weights = array.widened().values.chunks(inputs).map(|row| row.iter().map(|w| w.abs()).sum::<f32>()).fold(0.0, f32::max);
            let bound = f64::from(size * weights / 65534.0 + 1e-5 * (1.0 + size));
            for (found, exact) in found.iter().zip(exact(&array, &x, &bias)) {
                prop_assert!((f64::from(*found) - exact).abs() <= bound, "{found} {exact} {bound}");
            }
        }
    }

    #[test]
    fn the_largest_sums_fit() {
        for (inputs, group) in [(96, 96), (1536, 1536), (4096, 4096)] {
            let array = Int8Array {
                shape: vec![4, inputs],
                bytes: vec![-128; 4 * inputs],
                scales: vec![0.01; 4 * inputs / group],
            };
            let found = Int8Matrix::new(&array)
                .0
                .product(&vec![1.0; inputs], &[0.0; 4]);
            let expected = -1.28 * inputs as f32;
            assert!(
                (found[3] / expected - 1.0).abs() < 1e-4,
                "{found:?} {expected}"
            );
        }
    }

    #[test]
    fn values_that_are_not_finite_stay_so() {
        let matrix = Int8Matrix::new(&array(4, 16, 16, 1));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut x = vec![1.0; 48];
            x[20] = bad;
            let found = matrix.0.product(&x, &[0.0; 4]);
            let finite: Vec<bool> = found
                .chunks(4)
                .map(|row| row.iter().all(|v| v.is_finite()))
                .collect();
            assert_eq!(finite, [true, false, true], "{bad}");
        }
        assert_eq!(
            matrix.0.product(&[0.0; 16], &[1.0, 2.0, 3.0, 4.0]),
            [1.0, 2.0, 3.0, 4.0]
        );
        assert_eq!(matrix.0.product(&[1e-44; 16], &[1.0; 4]), [1.0; 4]);
    }

    #[test]
    fn rows_of_a_table_are_widened() {
        let array = array(5, 8, 8, 3);
        let expected = array.widened().values;
        let device = Device::flex();
        let found = Int8Table::new(array).rows(&[4, 0, 9, -1], &device);
        let found = values(found);
        assert_eq!(found[..8], expected[32..]);
        assert_eq!(found[8..16], expected[..8]);
        assert_eq!(found[16..], [0.0; 16]);
    }
}
