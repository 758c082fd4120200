#![recursion_limit = "256"]
//! `spanlight`: trains, evaluates and exports joint entity and relation extraction models.

mod basis;
mod bench;
mod calibration;
mod cli;
mod compare;
mod corpus;
mod data;
mod device;
mod encoder;
mod error;
mod evaluation;
mod event;
mod experiment;
mod finetune;
mod growth;
mod inference;
mod interrupt;
mod label;
mod mean;
mod mix;
mod model;
mod place;
mod pretrain;
mod pspe;
mod report;
mod settings;
mod store;
mod tables;
mod train;
mod transfer;
mod vocabulary;

use std::io::ErrorKind;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

/// Tensors come and go by the thousand; the system allocator would return their pages each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("error,spanlight=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has had enough, as `head` has.
        Err(error::Error::Io(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
