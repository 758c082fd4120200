//! Reading tensors back from the device, asynchronously.

use burn::tensor::{Tensor, TensorData, Transaction};

use crate::{Error, Result};

/// A host copy of a matrix `[rows, width]`.
#[derive(Debug, Clone)]
pub struct Rows {
    values: Vec<f32>,
    width: usize,
}

impl Rows {
    /// Row `i`: `[width]`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.width..(i + 1) * self.width]
    }

    /// Index of the largest value of row `i`; the first of several.
    pub fn argmax(&self, i: usize) -> usize {
        argmax(self.row(i))
    }

    /// Softmax of row `i` divided by a temperature: `[width]`.
    pub fn softmax(&self, i: usize, temperature: f32) -> Vec<f32> {
        let row = self.row(i);
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let exp: Vec<f32> = row
            .iter()
            .map(|x| ((x - max) / temperature).exp())
            .collect();
        let sum: f32 = exp.iter().sum();
        exp.into_iter().map(|x| x / sum).collect()
    }
}

/// Reads one matrix `[rows, width]` back.
///
/// # Errors
/// [`Error::Device`] when the device fails.
pub async fn read(tensor: Tensor<2>) -> Result<Rows> {
    let mut rows = read_all(vec![tensor]).await?;
    rows.pop()
        .ok_or_else(|| Error::Device("the read-back gave no tensor".into()))
}

/// Reads several matrices back in one round-trip; their shapes may differ.
///
/// # Errors
/// [`Error::Device`] when the device fails.
pub async fn read_all(tensors: Vec<Tensor<2>>) -> Result<Vec<Rows>> {
    let transaction = tensors
        .into_iter()
        .fold(Transaction::default(), |transaction, tensor| {
            transaction.register(tensor)
        });
    let data = transaction
        .execute_async()
        .await
        .map_err(|e| Error::Device(e.to_string()))?;
    data.into_iter().map(rows).collect()
}

/// Reads several scalars, each `[1]`, back in one round-trip.
///
/// # Errors
/// [`Error::Device`] when the device fails.
pub async fn read_scalars(scalars: Vec<Tensor<1>>) -> Result<Vec<f32>> {
    if scalars.is_empty() {
        return Ok(Vec::new());
    }
    Ok(read(Tensor::cat(scalars, 0).unsqueeze()).await?.values) // [1, scalars]
}

fn rows(data: TensorData) -> Result<Rows> {
    let width = data.shape()[1];
    let values = data
        .try_into_vec::<f32>()
        .map_err(|e| Error::Device(format!("{e:?}")))?;
    Ok(Rows { values, width })
}

/// Index of the largest value; the first of several, and 0 without a value.
pub(crate) fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}
