//! The weights that are evaluated and kept: a moving average of the trained ones (method §13.7), or
//! these themselves.

use burn::module::Module;
use spanlight_core::Result;
use spanlight_core::ops::average::follow;
use spanlight_core::weights::{PendingState, StateDict, load_state, pending};

/// A moving average of a model's weights, if there is one.
pub struct Average<M> {
    /// Share of itself that a step keeps.
    momentum: f64,
    model: Option<M>,
}

impl<M: Module> Average<M> {
    /// Starts at the model; without momentum there is no average.
    pub fn new(model: &M, momentum: f64) -> Self {
        Self {
            momentum,
            model: (momentum > 0.0).then(|| model.valid()),
        }
    }

    /// Takes in the weights behind the given number of steps.
    pub fn add(&mut self, model: &M, step: usize) {
        // Keeps less at first, so that the start is soon forgotten.
        let momentum = (self.momentum).min((1.0 + step as f64) / (10.0 + step as f64));
        self.model = (self.model.take()).map(|average| follow(average, model, momentum));
    }

    /// The average, or where there is none the model without its gradients.
    pub fn of(&self, model: &M) -> M {
        self.model.clone().unwrap_or_else(|| model.valid())
    }

    /// Its arrays, for a checkpoint; none without an average.
    pub fn state(&self) -> PendingState {
        self.model.as_ref().map(pending).unwrap_or_default()
    }

    /// Goes on from a [state](Self::state).
    ///
    /// # Errors
    /// [`Error::Weight`](spanlight_core::Error::Weight) for arrays of another run.
    pub fn restore(self, state: StateDict) -> Result<Self> {
        let restored = self.model.map(|average| load_state(average, state));
        Ok(Self {
            momentum: self.momentum,
            model: restored.transpose()?,
        })
    }
}
