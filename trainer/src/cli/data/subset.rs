//! `spanlight data subset`.

use std::path::PathBuf;

use clap::Args;

use crate::data::{self, Unit};
use crate::error::{Error, Result};
use crate::output::{Output, Overwrite};

/// Arguments of `data subset`.
#[derive(Args)]
pub struct Subset {
    /// Annotated file
    file: PathBuf,
    /// Output file, in the paper's format
    out: PathBuf,
    /// Share of the documents or sentences, above 0 and at most 1
    #[arg(long, value_parser = share)]
    fraction: f64,
    /// Unit of the draw: document or sentence
    #[arg(long, default_value_t = Unit::Document)]
    unit: Unit,
    /// Seed of the draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Format: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto")]
    format: String,
    #[command(flatten)]
    overwrite: Overwrite,
}

impl Subset {
    /// Runs the command.
    ///
    /// # Errors
    /// If a file cannot be read or written; a failure leaves no partial file.
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
        let drawn = data::subset(&dataset.sentences, self.fraction, self.unit, self.seed);
        output.write(|out| Ok(data::write(out, &self.out, &drawn)?))
    }
}

/// Parses a share of a whole.
fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        Ok(_) => Err("must be above 0 and at most 1".into()),
        Err(error) => Err(format!("{error}")),
    }
}
