//! A Rust compiler that can build for wasm32.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::apt::Apt;
use crate::places::Places;
use crate::process;
use crate::step::Step;

pub const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKER: &str = "wasm-ld-22";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
/// Names the compiler that the standard library was built by.
const STAMP: &str = "built-by";
const HELP: &str = "install the wasm32-unknown-unknown target: with rustup, \
    `rustup target add wasm32-unknown-unknown`; without it, the package of your system that \
    holds Rust's standard library for wasm32";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler that builds the native crates too.
    Current,
    /// Debian's own compiler, for which we build the standard library ourselves.
    Debian,
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => "for the default compiler",
            Self::Debian => "for Debian's compiler",
        })
    }
}

impl Toolchain {
    pub fn find(places: &Places) -> Option<Self> {
        let current = library(places, "rustc").filter(|dir| holds_std(dir));
        if current.is_some_and(|dir| !dir.starts_with("/usr/lib/rustlib")) {
            return Some(Self::Current);
        }
        let debian =
            library(places, DEBIAN_RUSTC).filter(|dir| holds_std(dir) && !is_outdated(dir));
        (debian.is_some() && process::find(DEBIAN_LINKER).is_some()).then_some(Self::Debian)
    }

    pub fn require(places: &Places) -> Result<Self> {
        Self::find(places).context(HELP)
    }

    pub fn install(places: &Places, step: &Step) -> Result<()> {
        let log = places.log("wasm32");
        if process::find("rustup").is_some() {
            step.say(&format!("rustup target add {TARGET}"));
            let added = process::logged(
                Command::new("rustup")
                    .current_dir(&places.root)
                    .args(["target", "add", TARGET]),
                &log,
            );
            if added.is_ok() && Self::find(places).is_some() {
                return Ok(());
            }
        }
        let Some(apt) = Apt::find(step) else {
            bail!(HELP);
        };
        apt.install(&DEBIAN_PACKAGES, step, &log)?;
        if Self::find(places).is_some() {
            return Ok(());
        }
        step.say("building the standard library from source, some minutes");
        let dir = env::temp_dir().join(format!("spanlight-wasm-std-{}", std::process::id()));
        let built =
            build_std(&dir, &log).and_then(|rlibs| install_std(places, &apt, &dir, &rlibs, &log));
        let _ = fs::remove_dir_all(&dir);
        built
    }

    /// Makes `command` build for wasm with this compiler and our tools.
    pub fn equip(self, command: &mut Command, places: &Places) -> Result<()> {
        let mut path = vec![places.tools().join("bin"), places.node_bin()];
        if self == Self::Debian {
            path.push("/usr/bin".into());
            debian(command);
        }
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        command
            .env("PATH", env::join_paths(path)?)
            .env("CARGO_TARGET_DIR", &places.wasm_target)
            // They would replace the flags of `.cargo/config.toml`.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        Ok(())
    }
}

fn debian(command: &mut Command) {
    command
        .env("RUSTC", DEBIAN_RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER)
        // Set by the cargo that runs us, these lead to its own compiler.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
}

/// Where `rustc` looks for its wasm32 libraries.
fn library(places: &Places, rustc: &str) -> Option<PathBuf> {
    process::output(Command::new(rustc).current_dir(&places.root).args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]))
    .ok()
    .map(PathBuf::from)
}

fn holds_std(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}

/// Builds the standard library by way of an empty crate; returns its `.rlib` files.
fn build_std(dir: &Path, log: &Path) -> Result<Vec<PathBuf>> {
    let manifest = "[package]\nname = \"empty\"\nedition = \"2024\"\n\n\
                    [lib]\ncrate-type = [\"cdylib\"]\n\n[workspace]\n";
    fs::create_dir_all(dir.join("src"))
        .and_then(|()| fs::write(dir.join("Cargo.toml"), manifest))
        .and_then(|()| fs::write(dir.join("src/lib.rs"), ""))
        .with_context(|| format!("cannot write to {}", dir.display()))?;
    let mut cargo = Command::new("/usr/bin/cargo");
    debian(&mut cargo);
    cargo
        .current_dir(dir)
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro")
        .env("CARGO_TARGET_DIR", dir.join("target"))
        // The stable compiler refuses `-Zbuild-std` otherwise.
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    process::logged(&mut cargo, log)?;
    let deps = dir.join("target").join(TARGET).join("release/deps");
    let rlibs: Vec<PathBuf> = fs::read_dir(&deps)
        .with_context(|| format!("cannot read {}", deps.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rlib")
        })
        .collect();
    Ok(rlibs)
}

/// Whether the compiler was updated since its library was built.
fn is_outdated(dir: &Path) -> bool {
    fs::read_to_string(dir.join(STAMP))
        .is_ok_and(|built_by| debian_version().is_ok_and(|version| version != built_by))
}

fn debian_version() -> Result<String> {
    process::output(Command::new(DEBIAN_RUSTC).arg("--version"))
}

fn install_std(
    places: &Places,
    apt: &Apt,
    built: &Path,
    rlibs: &[PathBuf],
    log: &Path,
) -> Result<()> {
    let dir = library(places, DEBIAN_RUSTC)
        .with_context(|| format!("{DEBIAN_RUSTC} does not know {TARGET}"))?;
    let stamp = built.join(STAMP);
    fs::write(&stamp, debian_version()?)
        .with_context(|| format!("cannot write {}", stamp.display()))?;
    // Two copies of one library would be ambiguous to the compiler.
    process::logged(apt.privileged("rm").arg("-rf").arg(&dir), log)?;
    process::logged(apt.privileged("mkdir").arg("-p").arg(&dir), log)?;
    process::logged(apt.privileged("cp").args(rlibs).arg(stamp).arg(&dir), log)
}
