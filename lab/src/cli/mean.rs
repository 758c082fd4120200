//! `lab mean`.

use std::path::PathBuf;

use clap::Args;
use spanlight::cli::say;
use spanlight::store::RunFolder;

use crate::error::Result;
use crate::mean::mean;

/// Arguments of `mean`.
#[derive(Args)]
pub struct Mean {
    /// Run folders or bundles that started from the same weights; one that is named twice counts twice
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<PathBuf>,
    /// Folder of the mean, which `spanlight` opens like a fine-tuned run
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

impl Mean {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops it; nothing is written before all models are read.
    pub fn run(&self) -> Result<()> {
        let mean = mean(&self.models)?;
        mean.write(&RunFolder::create(&self.out)?)?;
        say(format_args!(
            "{}: the mean of {} models",
            self.out.display(),
            self.models.len()
        ))?;
        Ok(())
    }
}
