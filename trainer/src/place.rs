//! Where and how a run computes.

use std::num::NonZero;
use std::thread::available_parallelism;

use burn::tensor::Device;

use crate::interrupt::Interrupt;

/// Where and how a run computes.
pub struct Place<'a> {
    /// The device, without gradients.
    pub device: &'a Device,
    /// Its description.
    pub description: String,
    /// Threads.
    pub workers: usize,
    /// Set when the user wants to stop.
    pub interrupt: &'a Interrupt,
}

impl Place<'_> {
    /// Threads for work on the host, wherever the model is.
    pub fn threads(&self) -> usize {
        available_parallelism().map_or(self.workers, NonZero::get)
    }
}
