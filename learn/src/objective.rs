//! What a training task provides.

use burn::module::Module;
use spanlight_core::loss::{Loss, Measure};

use crate::Result;

/// The mean of a [`Loss`] over all rows of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepLoss {
    /// Its name in reports.
    pub name: &'static str,
    /// What the mean tells.
    pub measure: Measure,
    /// Factor of the mean in the total loss; 0 for what is only watched.
    pub weight: f32,
    /// The mean; `None` in a step without rows.
    pub mean: Option<f64>,
}

impl StepLoss {
    /// The loss without its rows.
    pub(crate) fn of(loss: &Loss) -> Self {
        Self {
            name: loss.name,
            measure: loss.measure,
            weight: loss.weight,
            mean: None,
        }
    }
}

/// Losses of a model on the data of a step.
pub trait Objective: Sync {
    /// What is trained.
    type Model: Module + Sync;
    /// A part of a step's data that goes through the model at once.
    type Chunk: Sync;

    /// The data of a step (0-based), cut into chunks; a function of the step alone.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) when the data cannot be read.
    fn chunks(&self, step: usize) -> Result<Vec<Self::Chunk>>;

    /// Word-pieces of a chunk, padding excluded.
    fn pieces(&self, chunk: &Self::Chunk) -> usize;

    /// Rows of each loss in a chunk, in the order of [`Self::losses`], where they are known before it is
    /// computed; then a chunk's graph can be freed before the next one is built.
    fn rows(&self, _chunk: &Self::Chunk) -> Option<Vec<usize>> {
        None
    }

    /// Summed losses of a chunk with their gradient graph, of all chunks in the same order; `seed` feeds
    /// everything random in it.
    ///
    /// # Errors
    /// [`Error::Core`](crate::Error::Core) when the device fails.
    fn losses(
        &self,
        model: &Self::Model,
        chunk: &Self::Chunk,
        step: usize,
        seed: u64,
    ) -> impl Future<Output = Result<Vec<Loss>>>;

    /// Called after the optimiser has made a step (0-based) of the model.
    ///
    /// # Errors
    /// [`Error::Core`](crate::Error::Core) when the device fails.
    fn stepped(&self, _model: &Self::Model, _step: usize) -> Result<()> {
        Ok(())
    }
}
