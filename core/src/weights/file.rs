//! Named arrays as safetensors bytes.

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::{Array, StateDict};
use crate::{Error, Result};

#[allow(clippy::needless_pass_by_value, reason = "the argument of `map_err`")]
pub(super) fn failed(e: safetensors::SafeTensorError) -> Error {
    Error::Weight {
        name: "safetensors header".into(),
        problem: format!(
            "{e}; the file is damaged or no safetensors file, so fetch or write it again"
        ),
    }
}

/// Reads every float array of a safetensors file, widened to f32; integer arrays are skipped.
///
/// # Errors
/// [`Error::Weight`] for a damaged file.
pub fn read_safetensors(bytes: &[u8]) -> Result<StateDict> {
    let file = SafeTensors::deserialize(bytes).map_err(failed)?;
    let mut state = StateDict::new();
    for (name, view) in file.iter() {
        let data = view.data();
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => data
                .as_chunks()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b))
                .collect(),
            Dtype::F16 => data
                .as_chunks()
                .0
                .iter()
                .map(|b| half::f16::from_le_bytes(*b).to_f32())
                .collect(),
            Dtype::BF16 => data
                .as_chunks()
                .0
                .iter()
                .map(|b| half::bf16::from_le_bytes(*b).to_f32())
                .collect(),
            Dtype::F64 => data
                .as_chunks()
                .0
                .iter()
                .map(|b| f64::from_le_bytes(*b) as f32)
                .collect(),
            _ => continue,
        };
        state.insert(
            name.into(),
            Array::new(name, view.shape().to_vec(), values)?,
        );
    }
    Ok(state)
}

/// Key of the note in the metadata of a file.
const NOTE: &str = "note";

/// The note that a safetensors file carries, if any.
///
/// # Errors
/// [`Error::Weight`] for a damaged file.
pub fn read_note(bytes: &[u8]) -> Result<Option<String>> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(failed)?;
    Ok(metadata
        .metadata()
        .as_ref()
        .and_then(|m| m.get(NOTE).cloned()))
}

/// Writes arrays as f32 safetensors, with an optional note.
///
/// # Errors
/// [`Error::Weight`] when the library refuses an array.
pub fn write_safetensors(state: &StateDict, note: Option<String>) -> Result<Vec<u8>> {
    let bytes: Vec<(&String, &Array, Vec<u8>)> = state
        .iter()
        .map(|(name, array)| {
            (
                name,
                array,
                array.values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            )
        })
        .collect();
    let views: Result<Vec<(&String, TensorView)>> = bytes
        .iter()
        .map(|(name, array, bytes)| {
            Ok((
                *name,
                TensorView::new(Dtype::F32, array.shape.clone(), bytes).map_err(failed)?,
            ))
        })
        .collect();
    let note = note.map(|note| [(NOTE.to_string(), note)].into());
    serialize(views?, note).map_err(failed)
}
