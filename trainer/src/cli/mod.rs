//! Command line: one subcommand, one call.

mod bench;
mod compare;
mod data;
mod decoding;
mod evaluate;
mod experiment;
mod export;
mod predict;
mod pspe;
mod reading;
mod report;
mod run;

use std::fmt::Display;
use std::io::{self, Write};
use std::num::NonZero;
use std::thread::available_parallelism;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde::Serialize;

use crate::device::{DeviceChoice, on_cpu};
use crate::error::Result;
use crate::finetune::FinetuneConfig;
use crate::pretrain::PretrainConfig;
use decoding::Decoding;
use reading::Reading;
use run::{LayerArgs, Training};

/// Joint entity and relation extraction: train, evaluate, predict, export.
#[derive(Parser)]
#[command(name = "spanlight", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Trains the encoders on plain text
    Pretrain(Training<PretrainConfig>),
    /// Trains a model on annotated sentences
    Finetune(Training<FinetuneConfig>),
    /// Scores a model on annotated sentences
    Evaluate(evaluate::Evaluate),
    /// Extracts entities and relations from text
    Predict(predict::Predict),
    /// Packs a model for the browser
    Export(export::Export),
    /// Turns a checkpoint of the paper's code into a run
    ImportPspe(pspe::ImportPspe),
    /// Turns a run into a checkpoint for the paper's code
    ExportPspe(pspe::ExportPspe),
    /// Looks after annotated files and corpora
    Data(data::Data),
    /// Runs a grid of trainings and goes on where it stopped
    Experiment(experiment::Experiment),
    /// Writes the paper's tables from finished experiments
    Report(report::Report),
    /// Shows the sentences in which two models differ
    Compare(compare::Compare),
    /// Measures the speed of training and inference, beside PyTorch if there is one
    Bench(bench::Bench),
}

/// Where to compute.
#[derive(Args)]
pub struct Compute {
    /// auto, wgpu (any GPU), vulkan, metal, dx12, cuda or cpu, with an index as in vulkan:1
    #[arg(long, default_value = "auto", help_heading = "Compute")]
    pub device: DeviceChoice,
    /// CPU threads; 0 takes all
    #[arg(long, default_value_t = 0, help_heading = "Compute")]
    pub threads: usize,
}

impl Compute {
    /// Opens the device and says what was chosen and why.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when there is no such device.
    pub fn open(&self) -> Result<(burn::tensor::Device, String)> {
        let (device, description) = self.device.open()?;
        tracing::info!("computing on {description}");
        Ok((device, description))
    }

    /// Number of threads that compute: one where a GPU does the work.
    pub fn workers(&self, device: &burn::tensor::Device) -> usize {
        match on_cpu(device) {
            true => threads(self.threads),
            false => 1,
        }
    }
}

/// Number of threads; 0 stands for all there are.
fn threads(threads: usize) -> usize {
    match threads {
        0 => available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    }
}

/// Prints a report as one JSON object or as text.
///
/// # Errors
/// [`crate::error::Error::Io`], also for what JSON cannot express.
fn print(report: &(impl Serialize + Display), json: bool) -> Result<()> {
    match json {
        true => say(serde_json::to_string(report).map_err(io::Error::other)?),
        false => say(report),
    }
}

/// Prints a line.
///
/// # Errors
/// [`crate::error::Error::Io`], where `println!` would panic: when nobody reads on.
fn say(line: impl Display) -> Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}

/// Parses the command line and runs its subcommand.
///
/// # Errors
/// Whatever stops the subcommand.
pub fn run() -> Result<()> {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    let below = |name: &str| -> ArgMatches {
        matches
            .subcommand_matches(name)
            .cloned()
            .unwrap_or_default()
    };
    match cli.command {
        Command::Pretrain(args) => args.run(&below("pretrain")),
        Command::Finetune(args) => args.run(&below("finetune")),
        Command::Evaluate(args) => args.run(),
        Command::Predict(args) => args.run(),
        Command::Export(args) => args.run(),
        Command::ImportPspe(args) => args.run(),
        Command::ExportPspe(args) => args.run(),
        Command::Data(args) => args.run(&below("data")),
        Command::Experiment(args) => args.run(),
        Command::Report(args) => args.run(),
        Command::Compare(args) => args.run(),
        Command::Bench(args) => args.run(),
    }
}
