//! The command line of `lab`.

mod bench;
mod compare;
#[cfg(test)]
mod docs;
mod label;
mod mean;
mod mix;
mod report;
mod run;

use clap::{Parser, Subcommand};

use crate::error::Result;

/// Research on joint entity and relation extraction: experiments, reports, comparisons, benchmarks.
#[derive(Parser)]
#[command(name = "lab", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a grid of trainings and continues where it stopped
    Run(run::Run),
    /// Writes the paper's tables from finished experiments
    Report(report::Report),
    /// Shows the sentences in which two models differ
    Compare(compare::Compare),
    /// Measures the speed of training and inference, and PyTorch's if it is installed
    Bench(bench::Bench),
    /// Annotates text with the entities and relations that most of several models find, as training data
    Label(label::Label),
    /// Mixes the annotated files of several sources into training, development and test data
    Mix(mix::MixSources),
    /// Averages the weights of several models
    Mean(mean::Mean),
}

/// Parses the command line and runs its subcommand.
///
/// # Errors
/// Everything that stops the subcommand.
pub fn run() -> Result<()> {
    match Cli::parse().command {
        Command::Run(args) => args.run(),
        Command::Report(args) => args.run(),
        Command::Compare(args) => args.run(),
        Command::Bench(args) => args.run(),
        Command::Label(args) => args.run(),
        Command::Mix(args) => args.run(),
        Command::Mean(args) => args.run(),
    }
}
