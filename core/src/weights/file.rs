//! Named arrays as safetensors bytes.

use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};

use super::state::PendingState;
use super::{Array, StateDict};
use crate::{Error, Result};

/// Longest header, in bytes. The header of a model with a thousand arrays has a hundredth of it.
const LONGEST_HEADER: u64 = 8 << 20;

/// Opens a safetensors file whose header is not absurdly long. Names, offsets and shapes are checked against
/// the length of the file; no array is copied.
pub(super) fn open(bytes: &[u8]) -> Result<SafeTensors<'_>> {
    check_header(bytes)?;
    SafeTensors::deserialize(bytes).map_err(failed)
}

fn check_header(bytes: &[u8]) -> Result<()> {
    let length = bytes
        .first_chunk()
        .map_or(0, |first| u64::from_le_bytes(*first));
    if length <= LONGEST_HEADER {
        return Ok(());
    }
    Err(Error::Weight {
        name: HEADER.into(),
        problem: format!(
            "is said to be {length} bytes long, and may have {LONGEST_HEADER}; the file is damaged or no \
             safetensors file, so fetch or write it again"
        ),
    })
}

/// What errors call the header of a file.
const HEADER: &str = "safetensors header";

#[allow(clippy::needless_pass_by_value, reason = "the argument of `map_err`")]
pub(super) fn failed(e: safetensors::SafeTensorError) -> Error {
    Error::Weight {
        name: HEADER.into(),
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
    let file = open(bytes)?;
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
    check_header(bytes)?;
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
    let shapes = state.iter().map(|(name, array)| (name, &array.shape));
    let mut bytes = header(shapes, note)?;
    for array in state.values() {
        bytes.extend(array.values.iter().flat_map(|v| v.to_le_bytes()));
    }
    Ok(bytes)
}

/// The bytes of an f32 safetensors file whose arrays are still on their device. Each is read back when its turn
/// comes, so that the host holds one at a time.
pub struct Stream {
    header: Vec<u8>,
    arrays: PendingState,
}

impl Stream {
    /// A file with these arrays and an optional note.
    ///
    /// # Errors
    /// [`Error::Weight`] when the library refuses an array.
    pub fn new(arrays: PendingState, note: Option<String>) -> Result<Self> {
        let shapes = arrays.iter().map(|(name, array)| (name, &array.shape));
        let header = header(shapes, note)?;
        Ok(Self { header, arrays })
    }

    /// Hands out the bytes, piece by piece, in order.
    ///
    /// # Errors
    /// [`Error::Device`] when values cannot be read back, and what `take` returns.
    pub async fn write<E: From<Error>>(
        self,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        take(&self.header)?;
        for array in self.arrays.into_values() {
            let values = array.read().await?.values;
            for values in values.chunks(PIECE) {
                let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                take(&bytes)?;
            }
        }
        Ok(())
    }

    /// All bytes at once.
    ///
    /// # Errors
    /// [`Error::Device`] when values cannot be read back.
    pub async fn bytes(self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let take = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        self.write::<Error>(take).await?;
        Ok(bytes)
    }
}

/// Number of values that are turned into bytes at once.
const PIECE: usize = 1 << 16;

/// Length and header of an f32 file, with arrays in the order of their names, as the library writes it.
fn header<'a>(
    shapes: impl Iterator<Item = (&'a String, &'a Vec<usize>)>,
    note: Option<String>,
) -> Result<Vec<u8>> {
    let mut end = 0;
    let infos = shapes.map(|(name, shape)| {
        let start = end;
        end += shape.iter().product::<usize>() * size_of::<f32>();
        let info = TensorInfo {
            dtype: Dtype::F32,
            shape: shape.clone(),
            data_offsets: (start, end),
        };
        (name.clone(), info)
    });
    let note = note.map(|note| [(NOTE.to_string(), note)].into());
    let metadata = Metadata::new(note, infos.collect()).map_err(failed)?;
    let mut json = serde_json::to_vec(&metadata).map_err(|e| failed(e.into()))?;
    // The data begins at a multiple of 8 bytes.
    json.resize(json.len().next_multiple_of(8), b' ');
    let mut header = (json.len() as u64).to_le_bytes().to_vec();
    header.append(&mut json);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_beyond_the_limit_is_refused_unread() {
        let mut bytes = (LONGEST_HEADER + 1).to_le_bytes().to_vec();
        bytes.resize(bytes.len() + LONGEST_HEADER as usize + 1, b' ');
        for found in [
            read_safetensors(&bytes).map(drop),
            read_note(&bytes).map(drop),
        ] {
            let message = found.unwrap_err().to_string();
            assert!(message.contains("8388609 bytes long"), "{message}");
        }
    }
}
