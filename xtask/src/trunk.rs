//! The page, built by trunk.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::places::Places;
use crate::setup::Part;
use crate::tool::Tool;
use crate::wasm::{self, Toolchain};
use crate::{manifest, process};

/// What building the page needs.
pub const PARTS: &[Part] = &[
    Part::WasmTarget,
    Part::WasmBindgen,
    Part::Trunk,
    Part::NodePackages,
];

pub fn build(places: &Places) -> Result<()> {
    process::run(&mut command(places, "build")?)
}

/// Builds the page, serves it until interrupted, and builds it again after changes.
pub fn serve(places: &Places, port: u16) -> Result<()> {
    process::run(command(places, "serve")?.arg("--no-autoreload").args([
        "--address",
        "127.0.0.1",
        "--port",
        &port.to_string(),
    ]))
}

fn command(places: &Places, subcommand: &str) -> Result<Command> {
    for file in ["www/index.html", "web/Cargo.toml"] {
        ensure!(
            places.root.join(file).is_file(),
            "{file} is missing, so there is no page to build"
        );
    }
    let toolchain = Toolchain::require(places)?;
    // Trunk goes offline so that it takes our tools; the crates must be there by then.
    let mut fetch = Command::new("cargo");
    toolchain.equip(&mut fetch, places)?;
    process::run(fetch.current_dir(&places.root).args([
        "fetch",
        "--quiet",
        "--target",
        wasm::TARGET,
    ]))?;
    let mut trunk = Tool::trunk().command(places)?;
    toolchain.equip(&mut trunk, places)?;
    trunk
        .current_dir(places.www())
        .args([subcommand, "--release", "--offline"]);
    if manifest::has_web_profile(places)? {
        trunk.args(["--cargo-profile", manifest::WEB_PROFILE]);
    }
    Ok(trunk)
}
