//! `cargo xtask demo`: builds the page and serves it on this machine.

use std::net::TcpListener;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::{setup, trunk};

/// Builds the page and, unless `check`, serves it.
pub fn run(folders: &Folders, port: u16, check: bool, yes: bool) -> Result<()> {
    if !check {
        // Building takes minutes: a taken port must be reported before.
        TcpListener::bind(("127.0.0.1", port)).with_context(|| {
            format!("port {port} is taken: choose another with `cargo xtask demo --port`")
        })?;
    }
    setup::run(folders, trunk::PARTS, yes)?;
    if check {
        return trunk::build(folders);
    }
    println!(
        "\nAfter the build, the page is at http://127.0.0.1:{port}/; Ctrl-C stops the server.\n"
    );
    trunk::serve(folders, port)
}
