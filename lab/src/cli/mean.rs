//! `lab mean`.

use std::path::PathBuf;

use clap::Args;
use spanlight::cli::say;
use spanlight::model;
use spanlight::store::RunFolder;

use crate::error::Result;
use crate::mean::mean;

/// Arguments of `mean`.
#[derive(Args)]
pub struct Mean {
    /// Run folders or bundles that started from the same weights; a model that is named twice counts twice
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<PathBuf>,
    /// Folder of the average, which `spanlight` opens like a fine-tuned run
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

impl Mean {
    /// Runs the command.
    ///
    /// # Errors
    /// Models that cannot be opened or averaged, or a folder that cannot be written. All models are read before
    /// anything is written.
    pub fn run(&self) -> Result<()> {
        let mean = mean(&self.models)?;
        model::write(&mean, &RunFolder::create(&self.out)?)?;
        say(format_args!(
            "{}: the mean of {} models",
            self.out.display(),
            self.models.len()
        ))?;
        Ok(())
    }
}
