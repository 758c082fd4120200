//! Builds and serves the page with trunk.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::folders::Folders;
use crate::setup::Part;
use crate::tool::Tool;
use crate::wasm::{self, Toolchain};
use crate::{manifest, process};

/// Parts that building the page needs.
pub const PARTS: &[Part] = &[
    Part::WasmTarget,
    Part::WasmBindgen,
    Part::Trunk,
    Part::NodePackages,
];

/// Builds the page.
pub fn build(folders: &Folders) -> Result<()> {
    process::run(&mut command(folders, "build")?)
}

/// Builds the page, serves it until interrupted, and rebuilds it after changes.
pub fn serve(folders: &Folders, port: u16) -> Result<()> {
    process::run(command(folders, "serve")?.arg("--no-autoreload").args([
        "--address",
        "127.0.0.1",
        "--port",
        &port.to_string(),
    ]))
}

fn command(folders: &Folders, subcommand: &str) -> Result<Command> {
    for file in ["www/index.html", "web/Cargo.toml"] {
        ensure!(
            folders.root.join(file).is_file(),
            "{file} is missing: restore it with git"
        );
    }
    let toolchain = Toolchain::require(folders)?;
    // Offline, trunk uses the installed tools instead of downloading its own; cargo must have the crates first.
    let mut fetch = Command::new("cargo");
    toolchain.equip(&mut fetch, folders)?;
    process::run(fetch.current_dir(&folders.root).args([
        "fetch",
        "--locked",
        "--quiet",
        "--target",
        wasm::TARGET,
    ]))?;
    let mut trunk = Tool::trunk().command(folders)?;
    toolchain.equip(&mut trunk, folders)?;
    trunk
        .current_dir(folders.www())
        .args([subcommand, "--release", "--locked", "--offline"]);
    if manifest::has_web_profile(folders)? {
        trunk.args(["--cargo-profile", manifest::WEB_PROFILE]);
    }
    Ok(trunk)
}
