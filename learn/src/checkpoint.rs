//! Checkpoints: all that a run needs to go on as if it had never stopped, as the bytes of one file.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use spanlight_core::weights::{
    PendingState, StateDict, Stream, load_state, pending, read_note, read_safetensors,
};
use spanlight_core::{Error, Result};

use crate::AdamW;

/// Format of the checkpoints that this version writes, and the only one that it reads: a run goes on exactly or
/// not at all. Those before 3 did not say what they were made of.
const FORMAT: u32 = 3;

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
    /// What the steps were made with.
    pub origin: Origin,
    /// What the task remembers besides arrays.
    pub task: T,
}

/// What the steps of a run are made with. A run goes on exactly only where nothing of it has changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Name and version of the program.
    pub program: String,
    /// Kind of CPU or GPU. Sums of products depend on it, in their last bits.
    pub processor: String,
    /// Fingerprints of what the run reads, by name, such as `training data`.
    pub inputs: BTreeMap<String, String>,
}

/// Something that a checkpoint was made with and that is another now.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its name.
    pub what: String,
    /// As the checkpoint has it.
    pub then: String,
    /// As it is now.
    pub now: String,
    /// Whether a run may still go on, though not to the bit.
    pub bearable: bool,
}

impl Origin {
    /// What differs from the present, the worst first.
    pub fn differences(&self, now: &Self) -> Vec<Difference> {
        let difference = |what: &str, then: &str, now: &str, bearable| {
            (then != now).then(|| Difference {
                what: what.into(),
                then: then.into(),
                now: now.into(),
                bearable,
            })
        };
        let nothing = String::new();
        let names = self.inputs.keys().chain(now.inputs.keys());
        let names: std::collections::BTreeSet<&String> = names.collect();
        let inputs = names.into_iter().filter_map(|name| {
            let of = |origin: &Self| origin.inputs.get(name).unwrap_or(&nothing).clone();
            difference(name, &of(self), &of(now), false)
        });
        let program = difference("program", &self.program, &now.program, true);
        let processor = difference("processor", &self.processor, &now.processor, true);
        inputs.chain(program).chain(processor).collect()
    }
}

/// Weights, moments and progress as one file.
pub struct Checkpoint;

/// The progress of a checkpoint as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored<P> {
    #[serde(default)]
    format: u32,
    #[serde(flatten)]
    progress: P,
}

impl Checkpoint {
    /// Packs a run; its arrays are read back from their device one at a time, when they are written.
    ///
    /// # Errors
    /// [`Error::Weight`] for progress that JSON cannot express.
    pub fn pack<M: Module, T: Serialize>(
        model: &M,
        optimizer: &AdamW,
        extra: PendingState,
        progress: &Progress<T>,
    ) -> Result<Stream> {
        let mut state: PendingState = prefixed(MODEL, pending(model)).collect();
        state.extend(optimizer.state());
        state.extend(prefixed(EXTRA, extra));
        let stored = Stored {
            format: FORMAT,
            progress,
        };
        let note = serde_json::to_string(&stored).map_err(|e| malformed(&e.to_string()))?;
        Stream::new(state, Some(note))
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
        let mut moments: StateDict = prefixed(FIRST_MOMENT, first).collect();
        moments.extend(prefixed(SECOND_MOMENT, second));
        let model = load_state(model, weights)?;
        optimizer.restore(moments, progress.step, device)?;
        Ok((model, extra, progress))
    }
}

/// Arrays with a prefix before their names.
pub fn prefixed<A>(prefix: &str, arrays: BTreeMap<String, A>) -> impl Iterator<Item = (String, A)> {
    arrays
        .into_iter()
        .map(move |(name, array)| (format!("{prefix}{name}"), array))
}

fn progress<T: DeserializeOwned>(bytes: &[u8]) -> Result<Progress<T>> {
    let note = read_note(bytes)?.ok_or_else(|| malformed("has no progress"))?;
    let failed = |e: serde_json::Error| malformed(&e.to_string());
    let stored: Stored<serde_json::Value> = serde_json::from_str(&note).map_err(failed)?;
    if stored.format != FORMAT {
        return Err(Error::Weight {
            name: "checkpoint".into(),
            problem: format!(
                "has format {}, and this program resumes format {FORMAT}; resume it with the version that made \
                 it, or start a new run",
                stored.format
            ),
        });
    }
    serde_json::from_value(stored.progress).map_err(failed)
}

fn malformed(problem: &str) -> Error {
    Error::Weight {
        name: "checkpoint".into(),
        problem: format!("{problem}; start the run again or use an older copy"),
    }
}
