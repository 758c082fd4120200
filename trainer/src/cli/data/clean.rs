//! `spanlight data clean`.

use std::path::PathBuf;

use clap::Args;

use super::super::{Reading, print};
use crate::corpus::{CorpusConfig, files, write_clean};
use crate::error::Result;
use crate::output::{Output, Overwrite};

/// Arguments of `data clean`.
#[derive(Args)]
pub struct Clean {
    #[command(flatten)]
    corpus: CorpusConfig,
    /// Output file; it can be read again with `--unit sentence --words spaces`
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Number of CPU threads; 0 uses all
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Print the counts as one JSON object instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    overwrite: Overwrite,
}

impl Clean {
    /// Runs the command.
    ///
    /// # Errors
    /// If the corpus cannot be read or the file cannot be written; a failure leaves no partial file.
    pub fn run(&self) -> Result<()> {
        let sources = files(&self.corpus)?;
        let output = Output::new(
            &self.out,
            sources.iter().map(PathBuf::as_path),
            self.overwrite,
        )?;
        let threads = super::super::threads(self.threads);
        let mut reading = Reading::new();
        let counts = write_clean(&self.corpus, &output, threads, &mut |p| reading.show(p))?;
        drop(reading);
        print(&counts, self.json)
    }
}
