//! Checkpoints of the authors' code, to and from ours (method §3.8–3.9).
//!
//! In this module, "their" names and layouts are those of the authors' code. Their convolutions read
//! the words of a span from last to first, so kernels are reversed on the way.

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

/// Translates a checkpoint of the authors' code into our names and layouts.
///
/// # Errors
/// [`Error::Weight`] for a name or shape that their model does not have.
pub fn from_pspe(checkpoint: StateDict, stage: Stage) -> Result<StateDict> {
    let mut state = StateDict::new();
    let mut kernels = Kernels::default();
    for (name, array) in checkpoint {
        if name.ends_with("position_ids") {
            continue;
        }
        let ours = stage.ours(&name).ok_or_else(|| Error::Weight {
            name: name.clone(),
            problem: format!("is no parameter of the {stage} model of the authors' code"),
        })?;
        match ours.split_once("conv_layer_") {
            Some((module, rest)) => kernels.add(&name, module, rest, array)?,
            None => {
                state.insert(ours, array);
            }
        }
    }
    state.extend(kernels.ours()?);
    Ok(state)
}

/// Translates our names and layouts into those of the authors' code. `widths` are the kernel widths of
/// the span CNN.
///
/// # Errors
/// [`Error::Weight`] for a parameter that their model does not have.
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
                problem: format!("has no place in the {stage} model of the authors' code"),
            })?;
            checkpoint.insert(theirs, array);
        }
    }
    Ok(checkpoint)
}
