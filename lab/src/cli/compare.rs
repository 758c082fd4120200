//! `lab compare`.

use std::path::PathBuf;

use clap::Args;
use spanlight::cli::print;

use crate::compare::Comparison;
use crate::error::{Error, Result};

/// Arguments of `compare`.
#[derive(Args)]
pub struct Compare {
    /// Predictions of model A: a file of annotated sentences, or the folder of a finished cell
    a: PathBuf,
    /// Predictions of model B
    b: PathBuf,
    /// File of the gold annotations
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// Format of the gold file: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto")]
    format: String,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

impl Compare {
    /// Runs the command.
    ///
    /// # Errors
    /// Predictions or gold annotations that cannot be read or have different sentences.
    pub fn run(&self) -> Result<()> {
        let format = self.format.parse().map_err(Error::Usage)?;
        let comparison = Comparison::read(&self.a, &self.b, &self.gold, format)?;
        print(&comparison, self.json)?;
        Ok(())
    }
}
