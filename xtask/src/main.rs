//! `cargo xtask`: sets up, builds, tests and serves this workspace.

mod apt;
mod bench;
mod browser;
mod cargo;
mod demo;
mod encoder;
mod manifest;
mod node;
mod package;
mod places;
mod process;
mod reference;
mod setup;
mod stage;
mod step;
mod test;
mod tool;
mod trunk;
mod wasm;
mod webdriver;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::places::Places;
use crate::setup::Part;
use crate::stage::Stage;

/// Sets up, builds, tests and serves this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what building and testing need, skipping what is there
    Setup {
        /// Instead fetch what training starts from, the default encoder
        #[arg(long)]
        train: bool,
    },
    /// Build the page and serve it on this machine
    Demo {
        /// Port on 127.0.0.1
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Build only, then exit
        #[arg(long)]
        check: bool,
    },
    /// Build the npm package into package/build, ready for `npm pack`
    Package,
    /// Write docs/cli.md from the command lines of the programs
    Docs,
    /// Run every check, stopping at the first that fails
    Test {
        /// Leave out the stages that need Chromium
        #[arg(long)]
        skip_browser: bool,
        /// Run one stage only
        #[arg(long, value_name = "STAGE", conflicts_with = "skip_browser")]
        only: Option<Stage>,
    },
    /// Build and run the benchmarks of the native program
    Bench {
        /// Instead, figures of the built page in Chromium: bytes, times and memory
        #[arg(long)]
        page: bool,
        /// Passed on to `lab bench`, or to tests/browser/figures.mjs
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let places = Places::find()?;
    match task {
        Task::Setup { train: true } => setup::run(&places, &Part::TRAIN),
        Task::Setup { train: false } => setup::run(&places, &Part::BUILD),
        Task::Demo { port, check } => demo::run(&places, port, check),
        Task::Package => {
            setup::run(&places, trunk::PARTS)?;
            trunk::build(&places)?;
            let folder = package::assemble(&places)?;
            println!(
                "\nThe package is in {}; `npm pack` there.",
                folder.display()
            );
            Ok(())
        }
        Task::Docs => stage::write_docs(&places),
        Task::Test { skip_browser, only } => test::run(&places, &stage::plan(only, skip_browser)),
        Task::Bench { page: false, args } => bench::run(&places, &args),
        Task::Bench { page: true, args } => {
            setup::run(&places, bench::PARTS)?;
            bench::page(&places, &args)
        }
    }
}
