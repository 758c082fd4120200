//! Checkpoints: all that a run needs to go on as if it had never stopped, as the bytes of one file.

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use spanlight_core::weights::{
    Array, StateDict, current_names, load_state, read_note, read_safetensors, state_of,
    write_safetensors,
};
use spanlight_core::{Error, Result};

use crate::AdamW;

/// Prefix of the model's own arrays.
const MODEL: &str = "model.";
/// Prefix of the arrays that the task keeps besides the model, such as a moving average or queues.
const EXTRA: &str = "extra.";
/// Prefixes of the optimiser's moments.
const FIRST_MOMENT: &str = "m.";
const SECOND_MOMENT: &str = "v.";

/// Where a run is; random numbers are functions of the step, so no generator has a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress<T> {
    /// Finished steps.
    pub step: usize,
    /// Seconds spent so far, as the caller counts them.
    pub seconds: f64,
    /// What the task remembers besides arrays.
    pub task: T,
}

/// Weights, moments and progress as the bytes of one file.
pub struct Checkpoint;

impl Checkpoint {
    /// Packs a run.
    ///
    /// # Errors
    /// [`Error::Device`] when values cannot be read back.
    pub async fn pack<M: Module, T: Serialize>(
        model: &M,
        optimizer: &AdamW,
        extra: StateDict,
        progress: &Progress<T>,
    ) -> Result<Vec<u8>> {
        let weights = state_of(model).await?;
        let mut state: StateDict = prefixed(MODEL, weights).collect();
        state.extend(optimizer.state().await?);
        state.extend(prefixed(EXTRA, extra));
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

    /// Unpacks a run into a model of the same shape and its optimiser; returns the model, the arrays that the
    /// task kept besides, and the progress.
    ///
    /// # Errors
    /// [`Error::Weight`] for a damaged file or one of another model.
    pub fn unpack<M: Module, T: DeserializeOwned>(
        bytes: &[u8],
        model: M,
        optimizer: &mut AdamW,
        device: &Device,
    ) -> Result<(M, StateDict, Progress<T>)> {
        let progress: Progress<T> = progress(bytes)?;
        let (mut weights, mut extra) = (StateDict::new(), StateDict::new());
        let (mut first, mut second) = (StateDict::new(), StateDict::new());
        for (name, array) in read_safetensors(bytes)? {
            let parts = [
                (MODEL, &mut weights),
                (EXTRA, &mut extra),
                (FIRST_MOMENT, &mut first),
                (SECOND_MOMENT, &mut second),
            ];
            let found = parts.into_iter().find_map(|(prefix, part)| {
                let name = name.strip_prefix(prefix)?.to_owned();
                Some((name, part))
            });
            match found {
                Some((name, part)) => part.insert(name, array),
                None => return Err(malformed(&format!("has an unknown array `{name}`"))),
            };
        }
        let [weights, extra, first, second] = [weights, extra, first, second].map(current_names);
        let mut moments: StateDict = prefixed(FIRST_MOMENT, first).collect();
        moments.extend(prefixed(SECOND_MOMENT, second));
        let model = load_state(model, weights)?;
        optimizer.restore(moments, progress.step, device)?;
        Ok((model, extra, progress))
    }
}

/// Arrays with a prefix before their names.
pub fn prefixed(prefix: &str, arrays: StateDict) -> impl Iterator<Item = (String, Array)> {
    arrays
        .into_iter()
        .map(move |(name, array)| (format!("{prefix}{name}"), array))
}

fn progress<T: DeserializeOwned>(bytes: &[u8]) -> Result<Progress<T>> {
    let note = read_note(bytes)?.ok_or_else(|| malformed("has no progress"))?;
    serde_json::from_str(&note).map_err(|e| malformed(&e.to_string()))
}

fn malformed(problem: &str) -> Error {
    Error::Weight {
        name: "checkpoint".into(),
        problem: format!("{problem}; start the run again or use an older copy"),
    }
}
