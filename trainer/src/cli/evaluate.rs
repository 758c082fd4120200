//! `spanlight evaluate`.

use std::path::PathBuf;

use clap::Args;

use super::Compute;
use crate::data;
use crate::error::{Error, Result};
use crate::evaluation::Evaluation;
use crate::model::SavedModel;

/// Arguments of `evaluate`.
#[derive(Args)]
pub struct Evaluate {
    /// Run folder or bundle
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    /// Annotated sentences
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Format of the file: auto, dygie, spert, pspe or arnor
    #[arg(long, default_value = "auto")]
    format: String,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Word-pieces, padding included, that go through the model at once
    #[arg(long, default_value_t = 512)]
    chunk: usize,
    #[command(flatten)]
    compute: Compute,
}

impl Evaluate {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops it.
    pub fn run(&self) -> Result<()> {
        let (device, _) = self.compute.open()?;
        let saved = SavedModel::open(&self.model)?;
        let gold = data::read(&self.data, self.format.parse().map_err(Error::Usage)?)?.sentences;
        let room = saved.config.encoder.room();
        let evaluation = Evaluation::new(&gold, &saved.schema, &saved.wordpiece()?, room)?;
        let predictor = saved.predictor(&device, self.chunk)?;
        let report = evaluation.run(&predictor, self.compute.workers(&device), &|_| ())?;
        super::print(&report, self.json)
    }
}
