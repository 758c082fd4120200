#![recursion_limit = "256"]
//! `lab`, the research program beside `spanlight`: experiment grids and their report, comparisons, benchmarks,
//! labelling by ensembles, mixtures of data sets, averages of weights.

mod bench;
mod cli;
mod compare;
mod error;
mod experiment;
mod label;
mod mean;
mod mix;
mod tables;

use std::process::ExitCode;

/// Training allocates and frees thousands of tensors per second; the system allocator would return their pages
/// to the system every time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    spanlight::cli::main(cli::run)
}
