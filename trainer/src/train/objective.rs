//! What a training task must provide.

use std::collections::BTreeMap;

use burn::module::Module;
use spanlight_core::loss::Term;

use crate::error::Result;
use crate::event::Figure;

/// Losses of a model on the data of a step.
pub trait Objective: Sync {
    /// What is trained.
    type Model: Module + Sync;
    /// A part of a step's data that goes through the model at once.
    type Chunk: Sync;

    /// Names of the losses, in the order of [`Self::losses`].
    fn names(&self) -> &[&'static str];

    /// Factors of the mean losses in the total; 0 for what is only watched.
    fn weights(&self) -> &[f32];

    /// The data of a step (0-based), cut into chunks; a function of the step alone.
    fn chunks(&self, step: usize) -> Result<Vec<Self::Chunk>>;

    /// Word-pieces of a chunk, padding excluded.
    fn pieces(&self, chunk: &Self::Chunk) -> usize;

    /// Rows of each loss in a chunk, where they are known before it is computed; then a chunk's graph
    /// can be freed before the next one is built.
    fn rows(&self, _chunk: &Self::Chunk) -> Option<Vec<usize>> {
        None
    }

    /// Summed losses of a chunk with its gradient graph; `seed` feeds everything random in it.
    fn losses(
        &self,
        model: &Self::Model,
        chunk: &Self::Chunk,
        step: usize,
        seed: u64,
    ) -> Result<Vec<Term>>;

    /// What of a step's mean losses, by name, is worth a place in a line about it besides their
    /// total.
    fn figures(&self, _losses: &BTreeMap<String, f64>) -> Vec<Figure> {
        Vec::new()
    }

    /// Called after the optimiser has made a step (0-based) of the model.
    fn stepped(&self, _model: &Self::Model, _step: usize) -> Result<()> {
        Ok(())
    }
}
