//! The benchmarks of the native program, and of the page.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::browser::Browser;
use crate::places::Places;
use crate::setup::Part;
use crate::{cargo, manifest, process};

/// What figures of the page need.
pub const PARTS: &[Part] = &[Part::NodePackages, Part::Browser];

pub fn run(places: &Places, args: &[String]) -> Result<()> {
    process::run(
        cargo::native(places)
            .args(["run", "--release", "-p", "spanlight-lab", "--", "bench"])
            .args(args),
    )
}

/// Figures of the page as it was built last.
pub fn page(places: &Places, args: &[String]) -> Result<()> {
    let dist = manifest::dist(places)?;
    ensure!(
        dist.join("index.html").is_file(),
        "the page is not built: run `cargo xtask demo --check`"
    );
    process::run(
        Command::new("node")
            .current_dir(&places.root)
            .arg("tests/browser/figures.mjs")
            .args(args)
            .env("CHROME", Browser::require()?.chrome)
            .env("SPANLIGHT_DIST", dist),
    )
}
