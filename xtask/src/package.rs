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
    check_manifest(folders, &target.join("package.json"))?;
    let compiler = folders.root.join("node_modules/typescript/bin/tsc");
    process::run(Command::new("node").current_dir(&target).arg(compiler))
        .context("the types of the package are wrong: fix the comments in package/src")?;
    reference::write(folders, &target)?;
    for name in SETTINGS {
        fs::remove_file(target.join(name)).with_context(|| format!("cannot remove {name}"))?;
    }
    check_tarball(&target)?;
    Ok(target)
}

/// Checks that what `npm pack` would write holds the engine and all licences.
fn check_tarball(package: &Path) -> Result<()> {
    let npm = process::find("npm").or_else(|| process::find("npm.cmd"));
    let report = process::output(
        Command::new(npm.context("npm is missing: run `cargo xtask setup`")?)
            .current_dir(package)
            .args(["pack", "--dry-run", "--json"]),
    )?;
    let missing = missing(&report);
    ensure!(
        missing.is_empty(),
        "the npm package would lack {}: list them under `files` in package/package.json",
        missing.join(", ")
    );
    Ok(())
}

/// The files that must be in the package and that a report of `npm pack --json` does not name.
fn missing(report: &str) -> Vec<&'static str> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let packed: Vec<&str> = report
        .pointer("/0/files")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|file| file["path"].as_str())
        .collect();
    ENGINE
        .into_iter()
        .chain(LICENCES)
        .filter(|name| !packed.contains(name))
        .collect()
}

/// Checks that the package has the version of the workspace, and no dependencies, which nothing here would check.
fn check_manifest(folders: &Folders, package: &Path) -> Result<()> {
    let text = fs::read_to_string(package)
        .with_context(|| format!("cannot read {}", package.display()))?;
    let found: Value = serde_json::from_str(&text).context("package/package.json is not JSON")?;
    let version = manifest::workspace_version(folders)?;
    ensure!(
        found["version"] == version,
        "package/package.json has version {}, but the workspace has {version}: make them equal",
        found["version"]
    );
    ensure!(
        found.get("dependencies").is_none(),
        "package/package.json has dependencies: copy their licences and check their advisories first"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tarball_without_a_licence_is_noticed() {
        let all: Vec<Value> = ENGINE
            .into_iter()
            .chain(LICENCES)
            .map(|name| serde_json::json!({ "path": name }))
            .collect();
        let report = |files: &[Value]| serde_json::json!([{ "files": files }]).to_string();
        assert!(missing(&report(&all)).is_empty());
        assert_eq!(missing(&report(&all[..all.len() - 1])), [notices::FILE]);
        assert_eq!(missing("").len(), all.len());
    }
}
