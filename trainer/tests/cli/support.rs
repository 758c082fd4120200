//! The program `spanlight` in a [`workshop`].

use std::path::Path;
use std::process::Command;

pub use spanlight_tests::program::{
    SPANLIGHT, arrays, events, exchanged, pretraining, still, stop_when, training,
};
pub use spanlight_tests::workshop::{CORPUS, workshop};

pub fn spanlight(folder: &Path, arguments: &[&str]) -> Command {
    SPANLIGHT.command(folder, arguments)
}

pub fn succeed(folder: &Path, arguments: &[&str]) -> String {
    SPANLIGHT.succeed(folder, arguments)
}

pub fn fail(folder: &Path, arguments: &[&str]) -> String {
    SPANLIGHT.fail(folder, arguments)
}
