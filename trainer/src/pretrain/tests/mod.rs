//! Tests of pre-training.

mod accumulation;
mod contrast;
mod orders;
mod parity;
mod settings;

use spanlight_core::pretrain::sample::Sample;

use super::objective::Source;
use crate::error::Result;

/// The same sentences at every step.
struct Always(Vec<Sample>);

impl Source for Always {
    fn samples(&self, _step: usize) -> Result<Vec<Sample>> {
        Ok(self.0.clone())
    }
}
