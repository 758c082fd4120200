//! `spanlight data convert`.

use std::path::PathBuf;

use clap::Args;

use crate::data;
use crate::error::{Error, Result};

/// Arguments of `data convert`.
#[derive(Args)]
pub struct Convert {
    /// Annotated file
    file: PathBuf,
    /// Output file
    out: PathBuf,
    /// Format: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto")]
    format: String,
}

impl Convert {
    /// Runs the command.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown format, [`Error::Data`] if a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let dataset = data::read(&self.file, self.format.parse().map_err(Error::Usage)?)?;
        for defect in &dataset.defects {
            eprintln!("warning: {defect}");
        }
        Ok(data::write_file(&self.out, &dataset.sentences)?)
    }
}
