//! What a run computes on, and who may stop it.

use std::num::NonZero;
use std::thread::available_parallelism;

use burn::tensor::Device;
use spanlight_learn::Processor;

use crate::device::processor;
use crate::interrupt::Interrupt;

/// What a run computes on, and who may stop it.
pub struct Machine<'a> {
    /// The device, without gradients.
    pub device: &'a Device,
    /// Its description.
    pub description: String,
    /// Threads that compute: one where a GPU does the work.
    pub workers: usize,
    /// Set when the user wants to stop.
    pub interrupt: &'a Interrupt,
}

impl Machine<'_> {
    /// Threads for work on the host, wherever the model is.
    pub fn threads(&self) -> usize {
        available_parallelism().map_or(self.workers, NonZero::get)
    }

    /// Whether the device is a CPU or a GPU.
    pub fn processor(&self) -> Processor {
        processor(self.device)
    }
}
