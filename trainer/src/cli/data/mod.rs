//! `spanlight data`: checks, converts and samples annotated files and corpora.

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
    /// Counts the content of an annotated file and lists every defect with its line
    Check(check::Check),
    /// Converts an annotated file to the paper's format, one sentence per line
    Convert(convert::Convert),
    /// Draws a share of an annotated file; with the same seed, smaller shares are parts of larger ones
    Subset(subset::Subset),
    /// Writes the sentences of a corpus that pre-training would use, one per line
    Clean(clean::Clean),
    /// Shows samples that pre-training would draw from a corpus
    Sample(Box<sample::DrawSamples>),
}

impl Data {
    /// Runs the command.
    ///
    /// # Errors
    /// Any [`Error`](crate::Error) of the subcommand.
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
