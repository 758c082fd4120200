//! `cargo xtask demo`: the page on this machine.

use std::net::TcpListener;

use anyhow::{Context, Result};

use crate::places::Places;
use crate::{setup, trunk};

pub fn run(places: &Places, port: u16, check: bool) -> Result<()> {
    if !check {
        // Better now than after minutes of building.
        TcpListener::bind(("127.0.0.1", port)).with_context(|| {
            format!("port {port} is taken: choose another with `cargo xtask demo --port`")
        })?;
    }
    setup::run(places, trunk::PARTS)?;
    if check {
        return trunk::build(places);
    }
    // Serving builds first; the first time that takes a while.
    println!("\nOnce it is built, the page is at http://127.0.0.1:{port}/; Ctrl-C ends it.\n");
    trunk::serve(places, port)
}
