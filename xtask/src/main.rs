//! `cargo xtask`: sets up, builds, tests and serves this workspace.

mod apt;
mod bench;
mod browser;
mod cargo;
mod crates;
mod demo;
mod encoder;
mod folders;
mod fuzz;
mod manifest;
mod node;
mod notices;
mod package;
mod process;
mod reference;
mod reproducible;
mod sbom;
mod scratch;
mod setup;
mod stage;
mod step;
mod supply;
mod test;
mod tool;
mod trunk;
mod wasm;
mod webdriver;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::folders::Folders;
use crate::fuzz::Effort;
use crate::setup::Part;
use crate::stage::Stage;

/// Sets up, builds, tests and serves this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// Install missing Debian packages without asking
    #[arg(long, global = true)]
    yes: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what building and testing need, if it is missing
    Setup {
        /// Instead download the default encoder, from which training starts
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
    /// Write THIRD_PARTY_NOTICES.txt from the licences of the crates in the page
    Notices,
    /// Write bills of materials (CycloneDX) for the page and the program into the folder sbom
    Sbom,
    /// Build the committed page twice, in different folders, and compare the results
    Reproducible,
    /// Write docs/cli.md from the help texts of `spanlight` and `lab`
    Docs,
    /// Run every check, stopping at the first failure
    Test {
        /// Leave out the stages that need Chromium
        #[arg(long)]
        skip_browser: bool,
        /// Run only one stage
        #[arg(long, value_name = "STAGE", conflicts_with = "skip_browser")]
        only: Option<Stage>,
    },
    /// Invent inputs for every reader of files, for hours
    Fuzz {
        /// Name of one reader; all by default
        target: Option<String>,
        /// Inputs for each reader
        #[arg(long, default_value_t = 1_000_000)]
        inputs: u64,
        /// Stop each reader after this many minutes
        #[arg(long)]
        minutes: Option<u64>,
    },
    /// Stop commands by every signal at every change of a file, for hours, and compare what they leave
    Crashes,
    /// Build and run the benchmarks of the native program
    Bench {
        /// Instead measure the built page in Chromium: bytes, times and memory
        #[arg(long)]
        page: bool,
        /// Arguments for `lab bench`, or with --page for tests/browser/figures.mjs
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(Cli { yes, task }: Cli) -> Result<()> {
    let folders = Folders::find()?;
    match task {
        Task::Setup { train } => {
            let parts: &[Part] = if train { &Part::TRAIN } else { &Part::BUILD };
            setup::run(&folders, parts, yes)
        }
        Task::Demo { port, check } => demo::run(&folders, port, check, yes),
        Task::Package => {
            setup::run(&folders, trunk::PARTS, yes)?;
            trunk::build(&folders)?;
            let folder = package::assemble(&folders)?;
            println!(
                "\nThe package is in {}; run `npm pack` there.",
                folder.display()
            );
            Ok(())
        }
        Task::Notices => {
            setup::run(&folders, &[Part::CargoAbout], yes)?;
            notices::write(&folders)
        }
        Task::Sbom => {
            for path in sbom::write(&folders)? {
                println!("{}", path.display());
            }
            Ok(())
        }
        Task::Reproducible => {
            setup::run(&folders, trunk::PARTS, yes)?;
            reproducible::compare(&folders)
        }
        Task::Docs => stage::write_docs(&folders),
        Task::Test { skip_browser, only } => {
            test::run(&folders, &stage::plan(only, skip_browser), yes)
        }
        Task::Fuzz {
            target,
            inputs,
            minutes,
        } => {
            setup::run(&folders, &[Part::CargoFuzz], yes)?;
            fuzz::run(
                &folders,
                &Effort {
                    target,
                    inputs,
                    minutes,
                },
            )
        }
        Task::Crashes => stage::crashes(&folders),
        Task::Bench { page, args } => {
            if page {
                setup::run(&folders, bench::PARTS, yes)?;
                bench::page(&folders, &args)
            } else {
                bench::run(&folders, &args)
            }
        }
    }
}
