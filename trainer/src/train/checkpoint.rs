//! Everything that a run needs to go on as if it had never stopped.

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use spanlight_core::weights::{StateDict, load_state, read_note, read_safetensors, state_of, write_safetensors};
use spanlight_core::{Error, Result};

use super::AdamW;

/// Prefix of the model's own arrays.
const MODEL: &str = "model.";

/// Where a run is; random numbers are functions of the step, so no generator has a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress<T> {
    /// Finished steps.
    pub step: usize,
    /// Seconds spent so far.
    pub seconds: f64,
    /// What the task keeps besides.
    pub task: T,
}

/// Weights, moments and progress as the bytes of one file.
pub struct Checkpoint;

impl Checkpoint {
    /// Packs a run.
    ///
    /// # Errors
    /// [`Error::Device`] when values cannot be read back.
    pub fn pack<M: Module, T: Serialize>(model: &M, optimizer: &AdamW, progress: &Progress<T>) -> Result<Vec<u8>> {
        let weights = pollster::block_on(state_of(model))?;
        let mut state: StateDict = weights.into_iter().map(|(name, array)| (format!("{MODEL}{name}"), array)).collect();
        state.extend(optimizer.state()?);
        let note = serde_json::to_string(progress).map_err(|e| malformed(&e.to_string()))?;
        write_safetensors(&state, Some(note))
    }

    /// Finished steps of a packed run.
    ///
    /// # Errors
    /// [`Error::Weight`] for a damaged file.
    pub fn step(bytes: &[u8]) -> Result<u64> {
        let progress: Progress<serde_json::Value> = progress(bytes)?;
        Ok(progress.step as u64)
    }

    /// Unpacks a run into a model of the same shape and its optimiser.
    ///
    /// # Errors
    /// [`Error::Weight`] for a damaged file or one of another model.
    pub fn unpack<M: Module, T: DeserializeOwned>(
        bytes: &[u8],
        model: M,
        optimizer: &mut AdamW,
        device: &Device,
    ) -> Result<(M, Progress<T>)> {
        let progress: Progress<T> = progress(bytes)?;
        let (mut weights, mut moments) = (StateDict::new(), StateDict::new());
        for (name, array) in read_safetensors(bytes)? {
            match name.strip_prefix(MODEL) {
                Some(name) => weights.insert(name.into(), array),
                None => moments.insert(name, array),
            };
        }
        let model = load_state(model, weights)?;
        optimizer.restore(moments, progress.step, device)?;
        Ok((model, progress))
    }
}

fn progress<T: DeserializeOwned>(bytes: &[u8]) -> Result<Progress<T>> {
    let note = read_note(bytes)?.ok_or_else(|| malformed("has no progress"))?;
    serde_json::from_str(&note).map_err(|e| malformed(&e.to_string()))
}

fn malformed(problem: &str) -> Error {
    Error::Weight { name: "checkpoint".into(), problem: format!("{problem}; start the run again or use an older copy") }
}
