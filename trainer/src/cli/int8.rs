//! The arithmetic of the page's processor.

use std::path::Path;

use burn::tensor::Device;
use clap::Args;
use spanlight_core::{Arithmetic, SavedModel};

use crate::device::on_cpu;
use crate::error::{Error, Result};
use crate::model;

/// Whether to multiply in int8.
#[derive(Args)]
pub struct Int8 {
    /// Multiply in int8, as the page does on the processor: the same results as there, with a quarter of the
    /// memory. For bundles in int8, on the CPU
    #[arg(long, help_heading = "Compute")]
    int8: bool,
}

impl Int8 {
    /// Opens a model for a device.
    ///
    /// # Errors
    /// Those of [`model::open`], and [`Error::Usage`] where nothing can be multiplied in int8.
    pub fn open(&self, path: &Path, device: &Device) -> Result<SavedModel> {
        if !self.int8 {
            return model::open(path);
        }
        if !on_cpu(device) {
            return Err(Error::Usage(
                "--int8 needs the CPU; add --device cpu".into(),
            ));
        }
        let saved = model::open_with(path, Arithmetic::Int8)?;
        if saved.int8.is_empty() {
            let problem = "--int8 needs a bundle in int8; make one with `spanlight export`";
            return Err(Error::Usage(problem.into()));
        }
        Ok(saved)
    }
}
