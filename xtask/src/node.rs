//! Node.js and the npm packages, which optimise and test the page.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::folders::Folders;
use crate::process;
use crate::step::Step;

/// Oldest major version of Node.js that works.
const OLDEST: u32 = 18;
const HELP: &str =
    "install Node.js 18 or newer with npm: it optimises the wasm file and tests the page";

/// The version of Node.js, if it is new enough and the packages of package-lock.json are installed.
pub fn find(folders: &Folders) -> Result<Option<String>> {
    let installed = fs::read_to_string(stamp(folders)).ok();
    Ok(match node() {
        Some(version) if installed == Some(digest(folders)?) => {
            Some(format!("for Node.js {version}"))
        }
        _ => None,
    })
}

/// Debian's packages of Node.js, if it is missing.
pub fn debian_packages() -> &'static [&'static str] {
    if node().is_some() {
        &[]
    } else {
        &["nodejs", "npm"]
    }
}

/// Installs the packages of package-lock.json.
pub fn install(folders: &Folders, step: &Step) -> Result<()> {
    let log = folders.log("npm");
    ensure!(node().is_some(), HELP);
    step.say("npm ci");
    let npm = process::find("npm").or_else(|| process::find("npm.cmd"));
    process::logged(
        Command::new(npm.context(HELP)?)
            .current_dir(&folders.root)
            .args(["ci", "--no-audit", "--no-fund"]),
        &log,
    )?;
    fs::write(stamp(folders), digest(folders)?).context("cannot write to node_modules")
}

/// The version of Node.js, if it is new enough.
fn node() -> Option<String> {
    let version = process::output(Command::new("node").arg("--version")).ok()?;
    (major(&version)? >= OLDEST).then_some(version)
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The file that holds the digest of the installed package-lock.json.
fn stamp(folders: &Folders) -> PathBuf {
    folders.root.join("node_modules").join(".installed")
}

fn digest(folders: &Folders) -> Result<String> {
    let path = folders.root.join("package-lock.json");
    let lock = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(format!("{:x}", Sha256::digest(lock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major(""), None);
    }
}
