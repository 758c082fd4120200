//! Cargo for the native crates.

use std::env;
use std::process::Command;

use crate::folders::Folders;

/// A cargo command that builds with the native compiler in the native target folder.
pub fn native(folders: &Folders) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&folders.root)
        .env("CARGO_TARGET_DIR", &folders.native_target);
    command
}
