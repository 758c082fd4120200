//! Everything that a run needs to go on as if it had never stopped.

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use spanlight_core::weights::{
    Array, StateDict, load_state, read_note, read_safetensors, state_of, write_safetensors,
};
use spanlight_core::{Error, Result};

use super::AdamW;

/// Prefix of the model's own arrays.
const MODEL: &str = "model.";
/// Prefix of what the task keeps besides the model.
const EXTRA: &str = "extra.";

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
    pub fn pack<M: Module, T: Serialize>(
        model: &M,
        optimizer: &AdamW,
        extra: StateDict,
        progress: &Progress<T>,
    ) -> Result<Vec<u8>> {
        let weights = pollster::block_on(state_of(model))?;
        let mut state: StateDict = prefixed(MODEL, weights).collect();
        state.extend(optimizer.state()?);
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

    /// Unpacks a run into a model of the same shape and its optimiser; gives also what the task
    /// kept besides.
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
        let mut weights = StateDict::new();
        let mut extra = StateDict::new();
        let mut moments = StateDict::new();
        for (name, array) in read_safetensors(bytes)? {
            if let Some(name) = name.strip_prefix(MODEL) {
                weights.insert(name.into(), array);
            } else if let Some(name) = name.strip_prefix(EXTRA) {
                extra.insert(name.into(), array);
            } else {
                moments.insert(name, array);
            }
        }
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

#[cfg(test)]
mod tests {
    use burn::nn::Linear;

    use super::*;
    use crate::train::parallel::{gradients, tests::Regression};
    use crate::train::{AdamWConfig, Group, Groups};

    fn fresh(seed: u64) -> (Linear, AdamW) {
        let config = AdamWConfig {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-6,
            weight_decay: 0.01,
            bias_correction: true,
            clip: 1.0,
        };
        let model = Regression::model(seed, &Device::flex().autodiff());
        let optimizer = AdamW::new(config, &model);
        (model, optimizer)
    }

    fn train(mut model: Linear, optimizer: &mut AdamW, steps: std::ops::Range<usize>) -> Linear {
        let device = Device::flex().autodiff();
        let groups = Groups::new(|_| Group {
            learning_rate: 0.01,
            decay: true,
        });
        for step in steps {
            let found = gradients(&Regression::new(), &model, &device, step, 5, 2).unwrap();
            (model, _) = optimizer
                .step(model, found.gradients, &groups, 1.0, 2)
                .unwrap();
        }
        model
    }

    fn extra() -> StateDict {
        let array = Array::new("queue", vec![2, 1], vec![1.5, -0.0]).unwrap();
        StateDict::from([("queue".into(), array)])
    }

    fn pack(model: &Linear, optimizer: &AdamW) -> (Progress<String>, Vec<u8>) {
        let progress = Progress {
            step: 6,
            seconds: 1.5,
            task: "best \"so\" far".to_string(),
        };
        let bytes = Checkpoint::pack(model, optimizer, extra(), &progress).unwrap();
        (progress, bytes)
    }

    #[test]
    fn a_resumed_run_is_the_uninterrupted_one_to_the_bit() {
        let (model, mut optimizer) = fresh(1);
        let model = train(model, &mut optimizer, 0..6);
        let (progress, bytes) = pack(&model, &optimizer);
        let model = train(model, &mut optimizer, 6..11);

        let (other, mut resumed) = fresh(2);
        let (other, kept, found) =
            Checkpoint::unpack::<_, String>(&bytes, other, &mut resumed, &Device::flex()).unwrap();
        assert_eq!((kept, found), (extra(), progress));
        let other = train(other, &mut resumed, 6..11);
        let state = |model: &Linear| pollster::block_on(state_of(model)).unwrap();
        assert_eq!(state(&other), state(&model));
        assert_eq!(resumed.state().unwrap(), optimizer.state().unwrap());
        assert_ne!(state(&model), state(&fresh(1).0));
    }

    #[test]
    fn a_damaged_or_foreign_checkpoint_is_refused() {
        let (model, mut optimizer) = fresh(1);
        let model = train(model, &mut optimizer, 0..2);
        let (_, bytes) = pack(&model, &optimizer);
        let refusal = |bytes: &[u8]| {
            let (model, mut optimizer) = fresh(2);
            let found =
                Checkpoint::unpack::<_, String>(bytes, model, &mut optimizer, &Device::flex());
            found.expect_err("it was accepted").to_string()
        };
        assert!(refusal(&bytes[..bytes.len() - 1]).contains("damaged"));
        assert!(refusal(&[]).contains("damaged"));
        let weights = pollster::block_on(state_of(&model)).unwrap();
        let plain = write_safetensors(&weights, None).unwrap();
        assert!(refusal(&plain).contains("has no progress"));

        let device = Device::flex().autodiff();
        let wider = spanlight_core::init::Init::seeded(1).linear(4, 1, &device);
        let (_, mut optimizer) = fresh(1);
        let found = Checkpoint::unpack::<_, String>(&bytes, wider, &mut optimizer, &Device::flex());
        let message = found.expect_err("it was accepted").to_string();
        assert!(
            message.contains("`weight`") && message.contains("shape"),
            "{message}"
        );
    }
}
