//! `spanlight data convert`.

use std::path::PathBuf;

use clap::Args;

use crate::data;
use crate::error::{Error, Result};
use crate::output::{Output, Overwrite};

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
    #[command(flatten)]
    overwrite: Overwrite,
}

impl Convert {
    /// Runs the command.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown format or an output that may not be written, [`Error::Data`] if a
    /// file cannot be read or written; a failure leaves no partial file.
    pub fn run(&self) -> Result<()> {
        let output = Output::new(
            &self.out,
            data::files(&self.file).iter().map(PathBuf::as_path),
            self.overwrite,
        )?;
        let dataset = data::read(&self.file, self.format.parse().map_err(Error::Usage)?)?;
        for defect in &dataset.defects {
            eprintln!("warning: {defect}");
        }
        output.write(|out| Ok(data::write(out, &self.out, &dataset.sentences)?))
    }
}
