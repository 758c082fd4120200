//! Weights in a bundle: int8 with an f16 scale per group of 96 weights, f16, or f32. They become f32 when
//! they are loaded, or stay int8 where the processor multiplies them.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use half::f16;
use safetensors::tensor::{Dtype, TensorView, serialize};

use super::file::{failed, open};
use super::{Array, StateDict};
use crate::{Error, Result};

/// Arrays of fewer weights stay f32: they take little room, and biases and gains are sensitive to
/// rounding.
const SMALLEST: usize = 2048;
/// Number of adjacent weights of a row that share a scale, if it divides the length of the row.
const GROUP: usize = 96;
/// An array of at least this many rows is a table of embeddings, with one scale a row. LayerNorm follows
/// the embeddings, so one scale suffices, and the bytes are better spent on the scales of the layers.
const TABLE: usize = 4096;
/// Suffix of the name of the scales of an int8 array.
const SCALE: &str = ".scale";

/// How matrices are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// One byte a weight, and an f16 scale per 96 adjacent weights of a row. A row of a large table, or one
    /// whose length is no multiple of 96, has a single scale.
    Int8,
    /// Two bytes a weight.
    F16,
    /// Four bytes a weight.
    F32,
}

impl FromStr for Precision {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "int8" => Ok(Self::Int8),
            "f16" => Ok(Self::F16),
            "f32" => Ok(Self::F32),
            _ => Err(format!("precision `{s}` is unknown; use int8, f16 or f32")),
        }
    }
}

/// Encodes arrays as a safetensors file in a precision.
///
/// # Errors
/// [`Error::Weight`] when the library refuses an array.
pub fn encode(state: &StateDict, precision: Precision) -> Result<Vec<u8>> {
    let mut parts: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, array) in state {
        let small = array.shape.len() < 2 || array.values.len() < SMALLEST;
        match if small { Precision::F32 } else { precision } {
            Precision::F32 => parts.push((
                name.clone(),
                Dtype::F32,
                array.shape.clone(),
                f32_bytes(&array.values),
            )),
            Precision::F16 => {
                let bytes = array
                    .values
                    .iter()
                    .flat_map(|&v| f16::from_f32(v).to_le_bytes())
                    .collect();
                parts.push((name.clone(), Dtype::F16, array.shape.clone(), bytes));
            }
            Precision::Int8 => {
                let (scales, bytes) = quantize(array);
                let rows = array.shape[0];
                let groups = vec![rows, scales.len() / rows];
                let scales = scales.iter().flat_map(|s| s.to_le_bytes()).collect();
                parts.push((format!("{name}{SCALE}"), Dtype::F16, groups, scales));
                parts.push((name.clone(), Dtype::I8, array.shape.clone(), bytes));
            }
        }
    }
    let views: Result<Vec<(&str, TensorView)>> = parts
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((
                name.as_str(),
                TensorView::new(*dtype, shape.clone(), bytes).map_err(failed)?,
            ))
        })
        .collect();
    serialize(views?, None).map_err(failed)
}

/// An array in int8: weight `i` is `bytes[i]` times the scale of its group.
#[derive(Debug, Clone, PartialEq)]
pub struct Int8Array {
    /// Extent of every dimension.
    pub shape: Vec<usize>,
    /// The weights divided by their scales, in row-major order.
    pub bytes: Vec<i8>,
    /// One scale for each group of adjacent weights; all groups have the same length.
    pub scales: Vec<f32>,
}

/// Arrays in int8 by name.
pub type Int8State = BTreeMap<String, Int8Array>;

/// Arrays in int8 that the layers of a model take one by one.
#[derive(Debug)]
pub(crate) struct Int8Source {
    /// The arrays that no layer has taken.
    pub rest: Int8State,
    /// Names of the other arrays.
    pub taken: BTreeSet<String>,
}

impl Int8Source {
    /// The array of this name, if it is there and fits the layer.
    pub fn take(&mut self, name: &str, fits: impl Fn(&Int8Array) -> bool) -> Option<Int8Array> {
        if !fits(self.rest.get(name)?) {
            return None;
        }
        let (name, array) = self.rest.remove_entry(name)?;
        self.taken.insert(name);
        Some(array)
    }
}

impl Int8Array {
    /// Number of adjacent weights that share a scale.
    pub fn group(&self) -> usize {
        self.bytes.len() / self.scales.len()
    }

    /// Shape and scales.
    pub(super) fn parts(&self) -> (&[usize], &[f32]) {
        (&self.shape, &self.scales)
    }

    /// The array in f32.
    pub fn widened(&self) -> Array {
        let mut values = Vec::with_capacity(self.bytes.len());
        for row in 0..self.shape[0] {
            self.widen_row(row, &mut values);
        }
        Array {
            shape: self.shape.clone(),
            values,
        }
    }

    /// Appends the values of a row.
    pub(crate) fn widen_row(&self, row: usize, values: &mut Vec<f32>) {
        let (width, groups) = (
            self.bytes.len() / self.shape[0],
            self.scales.len() / self.shape[0],
        );
        let bytes = self.bytes[row * width..][..width].chunks(self.group());
        for (bytes, scale) in bytes.zip(&self.scales[row * groups..]) {
            values.extend(bytes.iter().map(|&byte| f32::from(byte) * scale));
        }
    }
}

/// Decodes arrays of any precision, of a file that [`encode`] wrote in this or an earlier version.
///
/// # Errors
/// [`Error::Weight`] for a damaged file or an int8 array without its scales.
pub fn decode(bytes: &[u8]) -> Result<StateDict> {
    let (mut state, int8) = decode_int8(bytes)?;
    for (name, array) in int8 {
        state.insert(name, array.widened());
    }
    Ok(state)
}

/// As [`decode`], but arrays in int8 stay so.
///
/// # Errors
/// As [`decode`].
pub fn decode_int8(bytes: &[u8]) -> Result<(StateDict, Int8State)> {
    let file = open(bytes)?;
    let mut state = super::read_safetensors(bytes)?;
    let mut int8 = Int8State::new();
    for (name, view) in file.iter().filter(|(_, view)| view.dtype() == Dtype::I8) {
        let lost = || {
            Error::Weight {
            name: name.into(),
            problem: "its scales are missing or do not fit; the file is damaged, so fetch or export it again"
                .into(),
        }
        };
        let scales = state
            .remove(&format!("{name}{SCALE}"))
            .ok_or_else(lost)?
            .values;
        let shape = view.shape().to_vec();
        let rows = shape.first().copied().unwrap_or(0);
        let fits = |parts: usize, whole: usize| parts > 0 && whole.is_multiple_of(parts);
        if !fits(rows, scales.len()) || !fits(scales.len(), view.data().len()) {
            return Err(lost());
        }
        let bytes = view.data().iter().map(|&byte| byte as i8).collect();
        let array = Int8Array {
            shape,
            bytes,
            scales,
        };
        int8.insert(name.into(), array);
    }
    Ok((super::current_names(state), super::current_names(int8)))
}

/// The largest weight of a group, times one of these factors, becomes the largest number that int8 can
/// hold. [`best_scale`] tries them all.
const RANGES: [f32; 8] = [1.0, 0.975, 0.95, 0.925, 0.9, 0.875, 0.85, 0.8];

/// The scale of every group, and the weights divided by the scales.
fn quantize(array: &Array) -> (Vec<f16>, Vec<u8>) {
    let width = array.values.len() / array.shape[0];
    let group = if array.shape[0] < TABLE && width.is_multiple_of(GROUP) {
        GROUP
    } else {
        width
    };
    let mut scales = Vec::with_capacity(array.values.len() / group);
    let mut bytes = Vec::with_capacity(array.values.len());
    for row in array.values.chunks(group) {
        let scale = best_scale(row);
        scales.push(scale);
        bytes.extend(row.iter().map(|&v| rounded(v, scale.to_f32()) as u8));
    }
    (scales, bytes)
}

/// The scale with the smallest squared error. Clamping an outlier can make the other weights more exact.
fn best_scale(row: &[f32]) -> f16 {
    let largest = row.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    let error = |scale: f16| {
        let scale = scale.to_f32();
        let lost =
            |&v: &f32| (f64::from(v) - f64::from(rounded(v, scale)) * f64::from(scale)).powi(2);
        row.iter().map(lost).sum::<f64>()
    };
    // The error is that of the scale as it is stored, rounded to f16.
    let scales = RANGES.map(|range| f16::from_f32(range * largest / 127.0));
    let mut best = (scales[0], error(scales[0]));
    for scale in &scales[1..] {
        let error = error(*scale);
        if error < best.1 {
            best = (*scale, error);
        }
    }
    best.0
}

/// A weight divided by its scale, rounded; 0 for a scale of 0.
fn rounded(value: f32, scale: f32) -> i8 {
    if scale > 0.0 {
        (value / scale).round().clamp(-127.0, 127.0) as i8
    } else {
        0
    }
}

fn f32_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::SafeTensors;

    use super::*;

    fn state() -> StateDict {
        let values: Vec<f32> = (0..64 * GROUP)
            .map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0)
            .collect();
        StateDict::from([
            (
                "w".to_string(),
                Array {
                    shape: vec![64, GROUP],
                    values,
                },
            ),
            (
                "b".to_string(),
                Array {
                    shape: vec![3],
                    values: vec![0.1, -7.0, 1e-9],
                },
            ),
        ])
    }

    #[test]
    fn f32_is_exact() {
        assert_eq!(
            decode(&encode(&state(), Precision::F32).unwrap()).unwrap(),
            state()
        );
    }

    #[test]
    fn int8_loses_less_than_plain_rounding_to_the_largest_weight() {
        let back = decode(&encode(&state(), Precision::Int8).unwrap()).unwrap();
        assert_eq!(back["b"], state()["b"]);
        for (row, old) in back["w"]
            .values
            .chunks(GROUP)
            .zip(state()["w"].values.chunks(GROUP))
        {
            let step = old.iter().fold(0.0_f32, |m, v| m.max(v.abs())) / 127.0;
            let square = |x: f32| f64::from(x * x);
            let ours: f64 = row.iter().zip(old).map(|(a, b)| square(a - b)).sum();
            let plain: f64 = old
                .iter()
                .map(|v| square((v / step).round() * step - v))
                .sum();
            assert!(ours <= plain * 1.01 + 1e-9, "{ours} instead of {plain}");
        }
    }

    #[test]
    fn an_outlier_affects_only_its_own_group() {
        let mut array = Array {
            shape: vec![16, 4 * GROUP],
            values: vec![0.01; 64 * GROUP],
        };
        array.values[0] = 50.0;
        let wide = StateDict::from([("w".to_string(), array)]);
        let back = decode(&encode(&wide, Precision::Int8).unwrap()).unwrap();
        let far = |v: &f32| (v - 0.01).abs() < 1e-4;
        assert!(back["w"].values[GROUP..].iter().all(far));
        assert!(!back["w"].values[1..GROUP].iter().any(far));
    }

    #[test]
    fn a_large_table_has_one_scale_a_row() {
        let array = |rows: usize| Array {
            shape: vec![rows, GROUP * 2],
            // A multiple of a scale that f16 represents exactly.
            values: vec![127.0 / 256.0; rows * GROUP * 2],
        };
        for (rows, scales) in [(TABLE, 1), (TABLE - 1, 2)] {
            let table = StateDict::from([("w".to_string(), array(rows))]);
            let bytes = encode(&table, Precision::Int8).unwrap();
            let file = SafeTensors::deserialize(&bytes).unwrap();
            assert_eq!(file.tensor("w.scale").unwrap().shape(), [rows, scales]);
            assert_eq!(decode(&bytes).unwrap(), table);
        }
    }

    #[test]
    fn f16_is_within_its_rounding() {
        let back = decode(&encode(&state(), Precision::F16).unwrap()).unwrap();
        let old = state();
        let mut pairs = back["w"].values.iter().zip(&old["w"].values);
        assert!(pairs.all(|(a, b)| (a - b).abs() <= 5e-4));
    }

    #[test]
    fn a_cut_file_is_refused() {
        let bytes = encode(&state(), Precision::Int8).unwrap();
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        assert!(decode(&bytes[..5]).is_err());
    }
}
