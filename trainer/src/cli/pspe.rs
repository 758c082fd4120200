//! `spanlight import-pspe` and `spanlight export-pspe`.

use std::path::PathBuf;

use clap::Args;

use crate::error::Result;
use crate::pspe::{self, Exported, Import};
use crate::store::RunFolder;

/// Arguments of `import-pspe`.
#[derive(Args)]
pub struct ImportPspe {
    /// Checkpoint of the paper's code: PyTorch or safetensors
    checkpoint: PathBuf,
    /// Folder of the run that it becomes; made if missing
    #[arg(long, value_name = "FOLDER")]
    run: PathBuf,
    /// Folder with configuration and tokenizer of its encoder
    #[arg(long, value_name = "FOLDER")]
    encoder: PathBuf,
    /// For a fine-tuned model: JSON with its `tags` (that for padding first), `entities` and
    /// `relations` in the order of their classes; by default labels.json beside the checkpoint
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

impl ImportPspe {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops it.
    pub fn run(&self) -> Result<()> {
        let folder = RunFolder::create(&self.run)?;
        let from = Import {
            checkpoint: &self.checkpoint,
            encoder: &self.encoder,
            labels: self.labels.clone(),
        };
        let stage = pspe::import(&from, &folder)?;
        tracing::info!("{} holds the {stage} model", self.run.display());
        Ok(())
    }
}

/// Arguments of `export-pspe`.
#[derive(Args)]
pub struct ExportPspe {
    /// Run folder or bundle
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    /// The checkpoint, as safetensors with the paper's names
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// For a fine-tuned model: order of the labels in the checkpoint
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

impl ExportPspe {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops it.
    pub fn run(&self) -> Result<()> {
        let Exported { stage, lacking } =
            pspe::export(&self.model, &self.out, self.labels.as_deref())?;
        tracing::info!("{} holds the {stage} model", self.out.display());
        if !lacking.is_empty() {
            tracing::warn!(
                "it is a start of the paper's fine-tuning, but its pre-training could not go on: this run has no {}",
                lacking.join(", ")
            );
        }
        Ok(())
    }
}
