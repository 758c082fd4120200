//! `cargo xtask bench`: the benchmarks of the native program and of the page.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::browser::Browser;
use crate::folders::Folders;
use crate::setup::Part;
use crate::{cargo, manifest, process};

/// Parts that the benchmarks of the page need.
pub const PARTS: &[Part] = &[Part::NodePackages, Part::Browser];

/// Runs `lab bench`.
pub fn run(folders: &Folders, args: &[String]) -> Result<()> {
    process::run(
        cargo::native(folders)
            .args(["run", "--locked", "--release", "-p", "spanlight-lab"])
            .args(["--", "bench"])
            .args(args),
    )
}

/// Measures the page as last built: bytes, times and memory in Chromium.
pub fn page(folders: &Folders, args: &[String]) -> Result<()> {
    let dist = manifest::dist(folders)?;
    ensure!(
        dist.join("index.html").is_file(),
        "the page is not built: run `cargo xtask demo --check`"
    );
    process::run(
        Command::new("node")
            .current_dir(&folders.root)
            .arg("tests/browser/figures.mjs")
            .args(args)
            .env("CHROME", Browser::require()?.chrome)
            .env("SPANLIGHT_DIST", dist),
    )
}
