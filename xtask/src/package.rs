//! The npm package: the page's own engine and modules, with types and a reference made from their comments.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::places::Places;
use crate::setup::Part;
use crate::{manifest, process, reference};

/// What assembling needs.
pub const PARTS: &[Part] = &[Part::NodePackages];

/// What trunk makes of the web crate.
const ENGINE: [&str; 3] = [
    "spanlight_web.js",
    "spanlight_web.d.ts",
    "spanlight_web_bg.wasm",
];
/// Only for making the types and the reference.
const SETTINGS: [&str; 2] = ["tsconfig.json", reference::SETTINGS];

/// In the package too.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// The folder that `npm pack` takes.
pub fn folder(places: &Places) -> PathBuf {
    places.root.join("package").join("build")
}

/// Puts the package together from the built page; checks its types and what is said about them.
pub fn assemble(places: &Places) -> Result<PathBuf> {
    let (source, target) = (places.root.join("package"), folder(places));
    let dist = manifest::dist(places)?;
    if target.exists() {
        fs::remove_dir_all(&target)
            .with_context(|| format!("cannot empty {}", target.display()))?;
    }
    copy_folder(&source.join("src"), &target.join("src"))?;
    for name in ["package.json", "README.md"].into_iter().chain(SETTINGS) {
        copy(&source.join(name), &target.join(name))?;
    }
    for name in LICENCES {
        copy(&places.root.join(name), &target.join(name))?;
    }
    for name in ENGINE {
        ensure!(
            dist.join(name).is_file(),
            "{} is missing: build the page first with `cargo xtask test --only wasm`",
            dist.join(name).display()
        );
        copy(&dist.join(name), &target.join(name))?;
    }
    same_version(places, &target.join("package.json"))?;
    let compiler = places.root.join("node_modules/typescript/bin/tsc");
    process::run(Command::new("node").current_dir(&target).arg(compiler))
        .context("the types of the package are wrong: mend the comments in package/src")?;
    reference::write(places, &target)?;
    for name in SETTINGS {
        fs::remove_file(target.join(name)).with_context(|| format!("cannot remove {name}"))?;
    }
    Ok(target)
}

fn same_version(places: &Places, package: &Path) -> Result<()> {
    let text = fs::read_to_string(package)
        .with_context(|| format!("cannot read {}", package.display()))?;
    let found: Value = serde_json::from_str(&text).context("package/package.json is not JSON")?;
    let version = manifest::workspace_version(places)?;
    ensure!(
        found["version"] == version,
        "package/package.json has version {}, and the workspace {version}: make them equal",
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
