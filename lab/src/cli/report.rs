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
    /// Output folders of `lab run`
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Folder to write to; the first output folder by default
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Number of test sentences to quote in which two models differ; mind the licence of the data
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    sentences: usize,
}

impl Report {
    /// Runs the command.
    ///
    /// # Errors
    /// A folder that is no output folder, a damaged file, or a file that cannot be written.
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
