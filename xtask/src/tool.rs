//! A command-line tool installed from crates.io.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::places::Places;
use crate::step::Step;
use crate::{cargo, manifest, process};

pub struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    install_args: &'static [&'static str],
    install_env: &'static [(&'static str, &'static str)],
}

/// For programs that only start others: less than half the time to build.
const QUICK: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

impl Tool {
    /// Must be of the very version of the library that the web crate links.
    pub fn wasm_bindgen(places: &Places) -> Result<Self> {
        Ok(Self {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: manifest::locked_version(places, "wasm-bindgen")?,
            install_args: &[],
            install_env: &[],
        })
    }

    pub fn trunk() -> Self {
        Self {
            package: "trunk",
            program: "trunk",
            version: "0.22.1".into(),
            // It declares a newer compiler than it needs.
            install_args: &[
                "--ignore-rust-version",
                "--no-default-features",
                "--features=rustls",
            ],
            install_env: QUICK,
        }
    }

    pub fn wasm_pack() -> Self {
        Self {
            package: "wasm-pack",
            program: "wasm-pack",
            version: "0.15.1".into(),
            install_args: &["--locked"],
            install_env: QUICK,
        }
    }

    /// The program our tools folder holds, or else the one on PATH.
    pub fn path(&self, places: &Places) -> Option<PathBuf> {
        let name = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        let ours = places.tools().join("bin").join(name);
        if ours.is_file() {
            Some(ours)
        } else {
            process::find(self.program)
        }
    }

    pub fn command(&self, places: &Places) -> Result<Command> {
        self.path(places)
            .map(Command::new)
            .with_context(|| format!("{} is missing: run `cargo xtask setup`", self.program))
    }

    pub fn find(&self, places: &Places) -> Option<String> {
        let said = process::output(Command::new(self.path(places)?).arg("--version")).ok()?;
        is_version(&said, &self.version).then(|| self.version.clone())
    }

    pub fn install(&self, places: &Places, step: &Step) -> Result<()> {
        step.say(&format!(
            "cargo install {} {}, some minutes",
            self.package, self.version
        ));
        process::logged(
            cargo::native(places)
                .args(["install", self.package, "--version", &self.version])
                .args(self.install_args)
                .arg("--root")
                .arg(places.tools())
                .envs(self.install_env.iter().copied())
                // A folder of its own: our dependencies' features differ.
                .env_remove("CARGO_TARGET_DIR"),
            &places.log(self.package),
        )
        .with_context(|| {
            format!(
                "put {} {} on PATH by hand and try again",
                self.program, self.version
            )
        })
    }
}

fn is_version(said: &str, version: &str) -> bool {
    said.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_must_be_equal() {
        assert!(is_version("wasm-bindgen 0.2.130", "0.2.130"));
        assert!(!is_version("wasm-bindgen 0.2.130", "0.2.13"));
        assert!(is_version("trunk 0.22.1 (built somewhere)", "0.22.1"));
    }
}
