//! `lab bench`.

use std::path::PathBuf;

use clap::Args;
use spanlight::cli::{Compute, print};

use crate::bench::{Plan, joint, pretraining};
use crate::error::{Error, Result};

/// Arguments of `bench`.
#[derive(Args)]
pub struct Bench {
    /// Folder of the encoder (config.json, weights, tokenizer)
    #[arg(long, value_name = "FOLDER")]
    encoder: PathBuf,
    /// Annotated sentences; measures fine-tuning and inference
    #[arg(long, value_name = "FILE", required_unless_present = "corpus")]
    data: Option<PathBuf>,
    /// Plain text, one sentence per line; measures pre-training
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    corpus: Option<PathBuf>,
    /// Format of the annotated file: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto")]
    format: String,
    /// Sentences per step; 32 by default, 64 for pre-training
    #[arg(long, value_parser = at_least_one)]
    batch: Option<usize>,
    /// Timed training steps
    #[arg(long, default_value_t = 10, value_parser = at_least_one)]
    steps: usize,
    /// Training steps before the timed ones
    #[arg(long, default_value_t = 2)]
    warmup: usize,
    /// Number of measurements of each side; the two sides alternate
    #[arg(long, default_value_t = 2, value_parser = at_least_one)]
    rounds: usize,
    /// Python program; if it has PyTorch, PyTorch is measured too
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
    /// Everything that stops the measurement; a missing PyTorch does not.
    pub fn run(&self) -> Result<()> {
        let (device, description) = self.compute.open()?;
        let (data, batch) = match (&self.data, &self.corpus) {
            (Some(data), _) => (data, 32),
            (None, Some(corpus)) => (corpus, 64),
            (None, None) => return Err(Error::Usage("give --data or --corpus".into())),
        };
        let plan = Plan {
            encoder: &self.encoder,
            data,
            batch: self.batch.unwrap_or(batch),
            steps: self.steps,
            warmup: self.warmup,
            rounds: self.rounds,
            python: &self.python,
            workers: self.compute.workers(&device),
            threads: self.compute.workers(&burn::tensor::Device::flex()),
            device,
            description,
        };
        if self.data.is_some() {
            let format = self.format.parse().map_err(Error::Usage)?;
            print(&joint::run(&plan, format)?, self.json)?;
        } else {
            print(&pretraining::run(&plan)?, self.json)?;
        }
        Ok(())
    }
}
