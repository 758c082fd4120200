//! `lab report`.

use std::path::PathBuf;

use clap::Args;
use spanlight::cli::say;
use spanlight::store::StoreError;

use crate::error::Result;
use crate::tables;

/// Arguments of `report`.
#[derive(Args)]
pub struct Report {
    /// Output folders of experiments
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Where to write; the first folder by default
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Quote so many test sentences in which two models differ, if the licence of the data allows
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    sentences: usize,
}

impl Report {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops it.
    pub fn run(&self) -> Result<()> {
        let Some(out) = self.out.as_ref().or(self.folders.first()) else {
            return Ok(());
        };
        std::fs::create_dir_all(out).map_err(|e| StoreError::io("create the folder", out, e))?;
        for path in tables::write(&self.folders, self.sentences, out)? {
            say(path.display())?;
        }
        Ok(())
    }
}
