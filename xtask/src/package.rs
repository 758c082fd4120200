//! The npm package: the engine and modules of the page, with types and a reference generated from comments.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::folders::Folders;
use crate::setup::Part;
use crate::{manifest, notices, process, reference};

/// Parts that assembling the package needs.
pub const PARTS: &[Part] = &[Part::NodePackages];

/// Files that trunk generates from the web crate.
const ENGINE: [&str; 3] = [
    "spanlight_web.js",
    "spanlight_web.d.ts",
    "spanlight_web_bg.wasm",
];
/// Settings for the types and the reference, removed from the finished package.
const SETTINGS: [&str; 2] = ["tsconfig.json", reference::SETTINGS];

/// Files at the root of the workspace that the package carries too.
const LICENCES: [&str; 3] = ["LICENSE-MIT", "LICENSE-APACHE", notices::FILE];

/// The folder in which `npm pack` runs.
pub fn folder(folders: &Folders) -> PathBuf {
    folders.root.join("package").join("build")
}

/// Assembles the package from the built page and type-checks it.
pub fn assemble(folders: &Folders) -> Result<PathBuf> {
    let (source, target) = (folders.root.join("package"), folder(folders));
    let dist = manifest::dist(folders)?;
    if target.exists() {
        fs::remove_dir_all(&target)
            .with_context(|| format!("cannot empty {}", target.display()))?;
    }
    copy_folder(&source.join("src"), &target.join("src"))?;
    for name in ["package.json", "README.md"].into_iter().chain(SETTINGS) {
        copy(&source.join(name), &target.join(name))?;
    }
    for name in LICENCES {
        copy(&folders.root.join(name), &target.join(name))?;
    }
    for name in ENGINE {
        ensure!(
            dist.join(name).is_file(),
            "{} is missing: build the page first with `cargo xtask test --only wasm`",
            dist.join(name).display()
        );
        copy(&dist.join(name), &target.join(name))?;
    }
    same_version(folders, &target.join("package.json"))?;
    let compiler = folders.root.join("node_modules/typescript/bin/tsc");
    process::run(Command::new("node").current_dir(&target).arg(compiler))
        .context("the types of the package are wrong: fix the comments in package/src")?;
    reference::write(folders, &target)?;
    for name in SETTINGS {
        fs::remove_file(target.join(name)).with_context(|| format!("cannot remove {name}"))?;
    }
    Ok(target)
}

/// Checks that the package has the version of the workspace.
fn same_version(folders: &Folders, package: &Path) -> Result<()> {
    let text = fs::read_to_string(package)
        .with_context(|| format!("cannot read {}", package.display()))?;
    let found: Value = serde_json::from_str(&text).context("package/package.json is not JSON")?;
    let version = manifest::workspace_version(folders)?;
    ensure!(
        found["version"] == version,
        "package/package.json has version {}, but the workspace has {version}: make them equal",
        found["version"]
    );
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .map(|_| ())
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read {}", from.display()))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            copy(&path, &target)?;
        }
    }
    Ok(())
}
