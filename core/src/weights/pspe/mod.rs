//! Checkpoints of the paper's own code, in and out (method §3.8–3.9).
//!
//! Its convolutions read the words of a span last to first, so their kernels are flipped in time.

mod kernel;
mod labels;
mod names;
mod sizes;

use super::{Array, StateDict};
use crate::{Error, Result};
use kernel::Kernels;
pub use labels::{LabelOrder, reorder};
pub use names::Stage;
pub use sizes::sizes;

/// Translates a checkpoint of the paper's code into our names and layouts.
///
/// # Errors
/// [`Error::Weight`] for a name or shape that its model does not have.
pub fn from_pspe(checkpoint: StateDict, stage: Stage) -> Result<StateDict> {
    let mut state = StateDict::new();
    let mut kernels = Kernels::default();
    for (name, array) in checkpoint {
        if name.ends_with("position_ids") {
            continue;
        }
        let ours = stage.ours(&name).ok_or_else(|| Error::Weight {
            name: name.clone(),
            problem: format!("is not a parameter of the {stage} model"),
        })?;
        match ours.split_once("conv_layer_") {
            Some((module, rest)) => kernels.add(&name, module, rest, array)?,
            None => {
                state.insert(ours, array);
            }
        }
    }
    state.extend(kernels.ours());
    Ok(state)
}

/// Translates our names and layouts into those of the paper's code; `widths` are those of the
/// kernels of the span CNN.
///
/// # Errors
/// [`Error::Weight`] for a parameter that its model does not have.
pub fn to_pspe(state: StateDict, stage: Stage, widths: &[usize]) -> Result<StateDict> {
    let mut checkpoint = StateDict::new();
    for (name, array) in state {
        let parts: Vec<(String, Array)> = match kernel::theirs(&name, &array, widths)? {
            Some(parts) => parts,
            None => vec![(name.clone(), array)],
        };
        for (part, array) in parts {
            let theirs = stage.theirs(&part).ok_or_else(|| Error::Weight {
                name: name.clone(),
                problem: format!("has no place in the {stage} model of the paper's code"),
            })?;
            checkpoint.insert(theirs, array);
        }
    }
    Ok(checkpoint)
}
