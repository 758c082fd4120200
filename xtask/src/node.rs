//! The npm packages that optimise and test the page.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::apt::Apt;
use crate::places::Places;
use crate::process;
use crate::step::Step;

const OLDEST: u32 = 18;
const HELP: &str =
    "install Node.js 18 or newer with npm: it optimises the wasm file and tests the page";

pub fn find(places: &Places) -> Result<Option<String>> {
    let known = fs::read_to_string(stamp(places)).ok();
    Ok(match node() {
        Some(version) if known == Some(digest(places)?) => Some(format!("for Node.js {version}")),
        _ => None,
    })
}

pub fn install(places: &Places, step: &Step) -> Result<()> {
    let log = places.log("npm");
    if node().is_none() {
        let Some(apt) = Apt::find(step) else {
            bail!(HELP);
        };
        apt.install(&["nodejs", "npm"], step, &log)?;
    }
    step.say("npm ci");
    let npm = process::find("npm").or_else(|| process::find("npm.cmd"));
    process::logged(
        Command::new(npm.context(HELP)?)
            .current_dir(&places.root)
            .args(["ci", "--no-audit", "--no-fund"]),
        &log,
    )?;
    fs::write(stamp(places), digest(places)?).context("cannot write to node_modules")
}

/// The version of Node.js, if it is new enough.
fn node() -> Option<String> {
    let said = process::output(Command::new("node").arg("--version")).ok()?;
    (major(&said)? >= OLDEST).then_some(said)
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn stamp(places: &Places) -> PathBuf {
    places.root.join("node_modules").join(".installed")
}

fn digest(places: &Places) -> Result<String> {
    let path = places.root.join("package-lock.json");
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
