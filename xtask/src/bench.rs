//! The benchmarks of the native program.

use anyhow::Result;

use crate::places::Places;
use crate::{cargo, process};

pub fn run(places: &Places, args: &[String]) -> Result<()> {
    process::run(
        cargo::native(places)
            .args(["run", "--release", "-p", "spanlight", "--", "bench"])
            .args(args),
    )
}
