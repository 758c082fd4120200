//! `spanlight bench`.

use std::path::PathBuf;

use clap::Args;

use super::Compute;
use crate::bench::{Plan, joint};
use crate::error::{Error, Result};

/// Arguments of `bench`.
#[derive(Args)]
pub struct Bench {
    /// Folder with an encoder (config.json, weights, tokenizer)
    #[arg(long, value_name = "FOLDER")]
    encoder: PathBuf,
    /// Annotated sentences
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Format of the file: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto")]
    format: String,
    /// Sentences per step
    #[arg(long, default_value_t = 32, value_parser = at_least_one)]
    batch: usize,
    /// Timed training steps
    #[arg(long, default_value_t = 10, value_parser = at_least_one)]
    steps: usize,
    /// Steps before them
    #[arg(long, default_value_t = 2)]
    warmup: usize,
    /// How often everything is measured, PyTorch and we in turn
    #[arg(long, default_value_t = 2, value_parser = at_least_one)]
    rounds: usize,
    /// A Python, if possible with PyTorch, to compare with
    #[arg(long, default_value = "python3")]
    python: String,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    compute: Compute,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(count) => Ok(count),
        Err(error) => Err(format!("{error}")),
    }
}

impl Bench {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops it; a missing PyTorch does not.
    pub fn run(&self) -> Result<()> {
        let (device, description) = self.compute.open()?;
        let plan = Plan {
            encoder: &self.encoder,
            data: &self.data,
            batch: self.batch,
            steps: self.steps,
            warmup: self.warmup,
            rounds: self.rounds,
            python: &self.python,
            workers: self.compute.workers(&device),
            threads: self.compute.workers(&burn::tensor::Device::flex()),
            device,
            description,
        };
        let format = self.format.parse().map_err(Error::Usage)?;
        super::print(&joint::run(&plan, format)?, self.json)
    }
}
