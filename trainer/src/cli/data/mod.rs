//! `spanlight data`: looks after annotated files and corpora.

mod check;
mod clean;
mod convert;
mod sample;
mod subset;

use clap::{ArgMatches, Args, Subcommand};

use crate::error::Result;

/// Arguments of `data`.
#[derive(Args)]
pub struct Data {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads an annotated file to its end, counts it and lists every defect with its line
    Check(check::Check),
    /// Writes an annotated file in the paper's format, one sentence a line
    Convert(convert::Convert),
    /// Writes a share of an annotated file; smaller shares with the same seed are parts of larger ones
    Subset(subset::Subset),
    /// Writes the sentences of a corpus that pre-training would use, one a line
    Clean(clean::Clean),
    /// Shows samples that pre-training would draw from a corpus
    Sample(Box<sample::DrawSamples>),
}

impl Data {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops it.
    pub fn run(&self, matches: &ArgMatches) -> Result<()> {
        match &self.command {
            Command::Check(check) => check.run(),
            Command::Convert(convert) => convert.run(),
            Command::Subset(subset) => subset.run(),
            Command::Clean(clean) => clean.run(),
            Command::Sample(sample) => {
                let matches = matches.subcommand_matches("sample");
                sample.run(&matches.cloned().unwrap_or_default())
            }
        }
    }
}
