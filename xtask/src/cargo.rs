//! Cargo with the native compiler.

use std::env;
use std::process::Command;

use crate::places::Places;

pub fn native(places: &Places) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&places.root)
        .env("CARGO_TARGET_DIR", &places.native_target);
    command
}
