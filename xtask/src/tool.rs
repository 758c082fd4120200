//! A command-line tool installed from crates.io.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::step::Step;
use crate::{cargo, manifest, process};

/// A package of crates.io and how to install it.
pub struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    install_args: &'static [&'static str],
    install_env: &'static [(&'static str, &'static str)],
}

/// Build settings for programs that only start others: they halve the build time.
const QUICK: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

impl Tool {
    /// wasm-bindgen, whose version must equal the version of the library that the web crate links.
    pub fn wasm_bindgen(folders: &Folders) -> Result<Self> {
        Ok(Self {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: manifest::locked_version(folders, "wasm-bindgen")?,
            install_args: &[],
            install_env: &[],
        })
    }

    /// The builder of the page.
    pub fn trunk() -> Self {
        Self {
            package: "trunk",
            program: "trunk",
            version: "0.22.1".into(),
            // Trunk declares a newer compiler than it needs.
            install_args: &[
                "--ignore-rust-version",
                "--no-default-features",
                "--features=rustls",
            ],
            install_env: QUICK,
        }
    }

    /// The runner of the web crate's tests.
    pub fn wasm_pack() -> Self {
        Self {
            package: "wasm-pack",
            program: "wasm-pack",
            version: "0.15.1".into(),
            install_args: &[],
            install_env: QUICK,
        }
    }

    /// The checker of licences, sources and advisories.
    pub fn cargo_deny() -> Self {
        Self {
            package: "cargo-deny",
            program: "cargo-deny",
            version: "0.20.2".into(),
            install_args: &[],
            install_env: QUICK,
        }
    }

    /// The collector of licences.
    pub fn cargo_about() -> Self {
        Self {
            package: "cargo-about",
            program: "cargo-about",
            version: "0.9.3".into(),
            install_args: &["--features=cli"],
            install_env: QUICK,
        }
    }

    /// The builder of readers with an engine that invents inputs.
    pub fn cargo_fuzz() -> Self {
        Self {
            package: "cargo-fuzz",
            program: "cargo-fuzz",
            version: "0.13.2".into(),
            install_args: &[],
            install_env: QUICK,
        }
    }

    /// The path of the program in the tools folder, or else on PATH.
    pub fn path(&self, folders: &Folders) -> Option<PathBuf> {
        let name = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        let installed = folders.tools().join("bin").join(name);
        if installed.is_file() {
            Some(installed)
        } else {
            process::find(self.program)
        }
    }

    /// A command that runs the tool.
    pub fn command(&self, folders: &Folders) -> Result<Command> {
        self.path(folders)
            .map(Command::new)
            .with_context(|| format!("{} is missing: run `cargo xtask setup`", self.program))
    }

    /// The version, if the right one is installed.
    pub fn find(&self, folders: &Folders) -> Option<String> {
        let printed = process::output(Command::new(self.path(folders)?).arg("--version")).ok()?;
        is_version(&printed, &self.version).then(|| self.version.clone())
    }

    /// Installs the tool into the tools folder.
    pub fn install(&self, folders: &Folders, step: &Step) -> Result<()> {
        step.say(&format!(
            "cargo install {} {}, takes minutes",
            self.package, self.version
        ));
        process::logged(
            &mut self.install_command(folders),
            &folders.log(self.package),
        )
        .with_context(|| {
            format!(
                "put {} {} on PATH by hand and try again",
                self.program, self.version
            )
        })
    }

    fn install_command(&self, folders: &Folders) -> Command {
        let mut command = cargo::native(folders);
        command
            .args(["install", "--locked", self.package])
            .args(["--version", &self.version])
            .args(self.install_args)
            .arg("--root")
            .arg(folders.tools())
            .envs(self.install_env.iter().copied())
            // Cargo then builds in a temporary folder of its own: the workspace's dependencies have other features.
            .env_remove("CARGO_TARGET_DIR");
        command
    }
}

fn is_version(printed: &str, version: &str) -> bool {
    printed.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_installed_with_the_dependencies_that_their_authors_locked() {
        let folders = Folders::find().unwrap();
        for tool in [
            Tool::wasm_bindgen(&folders).unwrap(),
            Tool::trunk(),
            Tool::wasm_pack(),
            Tool::cargo_deny(),
            Tool::cargo_about(),
            Tool::cargo_fuzz(),
        ] {
            let command = tool.install_command(&folders);
            let args: Vec<_> = command.get_args().collect();
            assert_eq!(args[..2], ["install", "--locked"], "{}", tool.package);
        }
    }

    #[test]
    fn versions_must_be_equal() {
        assert!(is_version("wasm-bindgen 0.2.130", "0.2.130"));
        assert!(!is_version("wasm-bindgen 0.2.130", "0.2.13"));
        assert!(is_version("trunk 0.22.1 (built somewhere)", "0.22.1"));
    }
}
