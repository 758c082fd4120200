//! The reference of the npm package: one page per module.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::process;

/// Settings of typedoc, which make an undocumented export an error.
pub const SETTINGS: &str = "typedoc.json";

/// Writes the reference beside the package's types, from their comments.
pub fn write(folders: &Folders, package: &Path) -> Result<()> {
    let typedoc = folders.root.join("node_modules/typedoc/bin/typedoc");
    process::run(
        Command::new("node")
            .current_dir(package)
            .arg(typedoc)
            .args(["--logLevel", "Warn", "--options", SETTINGS]),
    )
    .context("the reference is wrong: fix the comments in package/src and web/src/types.d.ts")
}
