//! What can stop a training step.

use std::error::Error as StdError;

/// What can stop a training step.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model, its weights or the device.
    #[error(transparent)]
    Core(#[from] spanlight_core::Error),
    /// The objective cannot read its data.
    #[error(transparent)]
    Data(Box<dyn StdError + Send + Sync>),
    /// A loss or the gradient norm is not finite.
    #[error(
        "step {step} gave losses {losses} and gradient norm {norm}; start a new run with a lower \
         learning rate (--learning-rate), from the weights that this one has saved (--init-from)"
    )]
    Diverged {
        /// 0-based step.
        step: usize,
        /// The losses by name.
        losses: String,
        /// Global gradient norm.
        norm: f64,
    },
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
