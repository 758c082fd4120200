//! The command line of `spanlight`, and what the command lines of other programs share with it.

mod data;
mod decoding;
mod evaluate;
mod export;
mod int8;
mod predict;
mod pspe;
mod reading;
mod run;

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::num::NonZero;
use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde::Serialize;
use tracing_subscriber::EnvFilter;

use crate::data::printable;
use crate::device::{DeviceChoice, on_cpu};
use crate::error::{Fatal, Result};
use crate::finetune::FinetuneConfig;
use crate::panics;
use crate::pretrain::PretrainConfig;
use decoding::Decoding;
use int8::Int8;
use reading::Reading;
pub use run::minutes;
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
    /// Checks, converts and samples annotated files and corpora
    Data(data::Data),
}

/// Where to compute.
#[derive(Args)]
pub struct Compute {
    /// Device: auto, cpu, wgpu (any GPU), vulkan, metal, dx12 or cuda; GPUs may have an index, as in
    /// vulkan:1
    #[arg(long, default_value = "auto", help_heading = "Compute")]
    pub device: DeviceChoice,
    /// Number of CPU threads; 0 uses all
    #[arg(long, default_value_t = 0, help_heading = "Compute")]
    pub threads: usize,
}

impl Compute {
    /// Opens the device; returns and logs its description, which says why it was chosen.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] if there is no such device.
    pub fn open(&self) -> Result<(burn::tensor::Device, String)> {
        let (device, description) = self.device.open()?;
        tracing::info!("computing on {description}");
        Ok((device, description))
    }

    /// Number of threads that compute; one if the device is a GPU.
    pub fn workers(&self, device: &burn::tensor::Device) -> usize {
        if on_cpu(device) {
            threads(self.threads)
        } else {
            1
        }
    }
}

/// Number of threads, where 0 means all that the machine has.
fn threads(threads: usize) -> usize {
    if threads == 0 {
        available_parallelism().map_or(1, NonZero::get)
    } else {
        threads
    }
}

/// Prints a report as one JSON object or as text.
///
/// # Errors
/// [`crate::error::Error::Io`], also for a report that JSON cannot express.
pub fn print(report: &(impl Serialize + Display), json: bool) -> Result<()> {
    if json {
        say(serde_json::to_string(report).map_err(io::Error::other)?)
    } else {
        say(report)
    }
}

/// Prints a line.
///
/// # Errors
/// [`crate::error::Error::Io`], also when the reader has closed the pipe, where `println!` would panic.
pub fn say(line: impl Display) -> Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}

/// Sets up the log, runs a program and turns its result into an exit code; errors go to standard error.
///
/// A reader that closes the pipe early, as `head` does, is a success.
pub fn main<E: Fatal>(run: impl FnOnce() -> Result<(), E>) -> ExitCode {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("error,spanlight=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none())
        .init();
    panics::hide_expected();
    let Err(error) = run() else {
        return ExitCode::SUCCESS;
    };
    let io = error.source().and_then(|e| e.downcast_ref::<io::Error>());
    if io.is_some_and(|e| e.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    // Not `eprintln!`, which panics when the terminal is gone, as after SIGHUP.
    let _ = writeln!(io::stderr(), "error: {}", shown(&error.to_string()));
    ExitCode::from(error.status())
}

/// A message whose lines may hold foreign text, as a terminal may show it.
fn shown(message: &str) -> String {
    let lines: Vec<_> = message.lines().map(printable).collect();
    lines.join("\n")
}

/// The command line of `spanlight`, from which documentation and completions can be made.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Parses the command line of `spanlight` and runs its subcommand.
///
/// # Errors
/// Any [`Error`](crate::Error) of the subcommand.
pub fn run() -> Result<()> {
    let matches = command().get_matches();
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
    }
}
