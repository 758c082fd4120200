//! The reference of the npm package: a page for each of its modules.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::places::Places;
use crate::process;

/// They make an error of everything that is exported and not described.
pub const SETTINGS: &str = "typedoc.json";

/// Writes it beside the package's types, from what is said about them.
pub fn write(places: &Places, package: &Path) -> Result<()> {
    let typedoc = places.root.join("node_modules/typedoc/bin/typedoc");
    process::run(
        Command::new("node")
            .current_dir(package)
            .arg(typedoc)
            .args(["--logLevel", "Warn", "--options", SETTINGS]),
    )
    .context("the reference is wrong: mend the comments in package/src and web/src/types.d.ts")
}
