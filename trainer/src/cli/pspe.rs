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
    /// Folder of the new run; created if it does not exist
    #[arg(long, value_name = "FOLDER")]
    run: PathBuf,
    /// Folder with the configuration and the tokenizer of the checkpoint's encoder
    #[arg(long, value_name = "FOLDER")]
    encoder: PathBuf,
    /// For a fine-tuned model: JSON file with its `tags` (the padding tag first), `entities` and
    /// `relations` in the order of their classes; by default labels.json beside the checkpoint
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

impl ImportPspe {
    /// Runs the command.
    ///
    /// # Errors
    /// Any [`Error`](crate::Error) of reading or writing.
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
    /// Output file, as safetensors with the parameter names of the paper's code
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// For a fine-tuned model: JSON file with the order of the labels in the checkpoint
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

impl ExportPspe {
    /// Runs the command.
    ///
    /// # Errors
    /// Any [`Error`](crate::Error) of reading or writing.
    pub fn run(&self) -> Result<()> {
        let Exported { stage, lacking } =
            pspe::export(&self.model, &self.out, self.labels.as_deref())?;
        tracing::info!("{} holds the {stage} model", self.out.display());
        if !lacking.is_empty() {
            tracing::warn!(
                "the paper's code can fine-tune this checkpoint, but its pre-training could not go on: this run has no {}",
                lacking.join(", ")
            );
        }
        Ok(())
    }
}
