//! What a training task must provide.

use burn::module::Module;
use spanlight_core::Result;
use spanlight_core::loss::Term;

/// Losses of a model on the data of a step.
pub trait Objective: Sync {
    /// What is trained.
    type Model: Module + Sync;
    /// A part of a step's data that goes through the model at once.
    type Chunk: Sync;

    /// Names of the losses, in the order of [`Self::losses`].
    fn names(&self) -> &[&'static str];

    /// Factors of the mean losses in the total.
    fn weights(&self) -> &[f32];

    /// The data of a step (0-based), cut into chunks; a function of the step alone.
    fn chunks(&self, step: usize) -> Result<Vec<Self::Chunk>>;

    /// Word-pieces of a chunk, padding excluded.
    fn pieces(&self, chunk: &Self::Chunk) -> usize;

    /// Summed losses of a chunk with its gradient graph; `seed` feeds everything random in it.
    fn losses(
        &self,
        model: &Self::Model,
        chunk: &Self::Chunk,
        step: usize,
        seed: u64,
    ) -> Result<Vec<Term>>;
}
