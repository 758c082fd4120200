//! The Rust compiler for wasm32.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::apt::Apt;
use crate::folders::Folders;
use crate::manifest;
use crate::process;
use crate::scratch::Scratch;
use crate::step::Step;

/// The target of the page.
pub const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKER: &str = "wasm-ld-22";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
/// Cargo's variable for flags of the compiler, which may hold spaces.
const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";
/// The file beside the standard library that says how it was built.
const STAMP: &str = "built-by";
const HELP: &str = "install the wasm32-unknown-unknown target: with rustup, \
    `rustup target add wasm32-unknown-unknown`; without rustup, your system's package of \
    Rust's standard library for wasm32";

/// A compiler with a standard library for wasm32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler of the native crates.
    Current,
    /// Debian's compiler, for which set-up builds the standard library.
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
    /// Finds a compiler that can build for wasm32.
    pub fn find(folders: &Folders) -> Option<Self> {
        let current = library(folders, "rustc").filter(|dir| holds_std(dir));
        if current.is_some_and(|dir| !dir.starts_with("/usr/lib/rustlib")) {
            return Some(Self::Current);
        }
        let debian =
            library(folders, DEBIAN_RUSTC).filter(|dir| holds_std(dir) && !is_outdated(dir));
        (debian.is_some() && process::find(DEBIAN_LINKER).is_some()).then_some(Self::Debian)
    }

    /// As [`Self::find`], with instructions as the error.
    pub fn require(folders: &Folders) -> Result<Self> {
        Self::find(folders).context(HELP)
    }

    /// Debian's packages that [`Self::install`] needs.
    pub fn debian_packages() -> &'static [&'static str] {
        if process::find("rustup").is_some() {
            &[]
        } else {
            &DEBIAN_PACKAGES
        }
    }

    /// Adds the wasm32 target through rustup, or else through Debian's packages.
    pub fn install(folders: &Folders, step: &Step, apt: Option<&mut Apt>) -> Result<()> {
        let log = folders.log("wasm32");
        if process::find("rustup").is_some() {
            step.say(&format!("rustup target add {TARGET}"));
            let added = process::logged(
                Command::new("rustup")
                    .current_dir(&folders.root)
                    .args(["target", "add", TARGET]),
                &log,
            );
            if added.is_ok() && Self::find(folders).is_some() {
                return Ok(());
            }
        }
        let apt = apt.context(HELP)?;
        apt.install(&DEBIAN_PACKAGES, step, &log)?;
        if Self::find(folders).is_some() {
            return Ok(());
        }
        step.say("building the standard library from source, takes minutes");
        // In a shared folder such as /tmp, cargo would read settings that any user can leave there.
        let scratch = Scratch::open(folders, "wasm-std")?;
        let rlibs = build_std(folders, scratch.path(), &log)?;
        install_std(folders, apt, scratch.path(), &rlibs, step, &log)
    }

    /// Makes `command` build for wasm32 with this compiler and the installed tools.
    pub fn equip(self, command: &mut Command, folders: &Folders) -> Result<()> {
        let mut path = vec![folders.tools().join("bin"), folders.node_bin()];
        if self == Self::Debian {
            path.push("/usr/bin".into());
            debian(command);
        }
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        command
            .env("PATH", env::join_paths(path)?)
            .env("CARGO_HOME", &folders.cargo_home)
            .env("CARGO_TARGET_DIR", &folders.wasm_target)
            .env_remove("RUSTFLAGS");
        // The variable replaces the flags of `.cargo/config.toml`, which are therefore repeated in it.
        let mut flags = manifest::rustflags(folders, TARGET)?;
        flags.extend(remap(&local(folders))?);
        if self == Self::Current {
            flags.extend(remap(&[standard_library(folders)?])?);
        }
        command.env(FLAGS, flags.join("\x1f"));
        Ok(())
    }
}

/// The folders whose paths depend on the machine, each with a name for it.
pub fn local(folders: &Folders) -> [(PathBuf, String); 3] {
    [
        (folders.cargo_home.clone(), "/cargo".into()),
        (folders.root.clone(), "/spanlight".into()),
        (folders.wasm_target.clone(), "/target".into()),
    ]
}

/// The folder in which rustup installs the sources of the standard library, with the name that the compiler writes
/// for it if they are not installed.
fn standard_library(folders: &Folders) -> Result<(PathBuf, String)> {
    let rustc = |args: &[&str]| {
        process::output(
            Command::new("rustc")
                .current_dir(&folders.root)
                .args(args.iter()),
        )
    };
    let sources = Path::new(&rustc(&["--print", "sysroot"])?).join("lib/rustlib/src/rust");
    let version = rustc(&["--version", "--verbose"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .context("`rustc --version --verbose` names no commit")?;
    Ok((sources, format!("/rustc/{commit}")))
}

/// Flags that let the compiler write names for folders. Panic messages hold paths of sources: they would tell the
/// name of whoever built the page, and no two people could build the same file.
fn remap(folders: &[(PathBuf, String)]) -> Result<Vec<String>> {
    folders
        .iter()
        .map(|(folder, name)| {
            let folder = folder
                .to_str()
                .with_context(|| format!("{} must be UTF-8", folder.display()))?;
            Ok(format!("--remap-path-prefix={folder}={name}"))
        })
        .collect()
}

fn debian(command: &mut Command) {
    command
        .env("RUSTC", DEBIAN_RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER)
        // The cargo that runs xtask sets these variables, which lead to its own compiler.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
}

/// The folder in which `rustc` looks for its wasm32 libraries.
fn library(folders: &Folders, rustc: &str) -> Option<PathBuf> {
    process::output(Command::new(rustc).current_dir(&folders.root).args([
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

/// Builds the standard library for an empty crate and returns its `.rlib` files.
fn build_std(folders: &Folders, dir: &Path, log: &Path) -> Result<Vec<PathBuf>> {
    let manifest = "[package]\nname = \"empty\"\nedition = \"2024\"\n\n\
                    [lib]\ncrate-type = [\"cdylib\"]\n\n[workspace]\n";
    let lock = "version = 4\n\n[[package]]\nname = \"empty\"\nversion = \"0.0.0\"\n";
    fs::create_dir_all(dir.join("src"))
        .and_then(|()| fs::write(dir.join("Cargo.toml"), manifest))
        .and_then(|()| fs::write(dir.join("Cargo.lock"), lock))
        .and_then(|()| fs::write(dir.join("src/lib.rs"), ""))
        .with_context(|| format!("cannot write to {}", dir.display()))?;
    let mut cargo = Command::new("/usr/bin/cargo");
    debian(&mut cargo);
    cargo
        .current_dir(dir)
        .args(["build", "--locked", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro")
        .env("CARGO_TARGET_DIR", dir.join("target"))
        // The stable compiler accepts `-Zbuild-std` only with this variable.
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTFLAGS")
        .env(
            FLAGS,
            remap(&[
                (folders.cargo_home.clone(), "/cargo".into()),
                (dir.to_owned(), "/target".into()),
            ])?
            .join("\x1f"),
        );
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

/// Whether the library was built by another compiler, or with other flags, than it would be now.
fn is_outdated(dir: &Path) -> bool {
    fs::read_to_string(dir.join(STAMP))
        .is_ok_and(|built_by| stamp().is_ok_and(|stamp| stamp != built_by))
}

fn stamp() -> Result<String> {
    let version = process::output(Command::new(DEBIAN_RUSTC).arg("--version"))?;
    Ok(format!("{version}, folders renamed"))
}

fn install_std(
    folders: &Folders,
    apt: &Apt,
    built: &Path,
    rlibs: &[PathBuf],
    step: &Step,
    log: &Path,
) -> Result<()> {
    let dir = library(folders, DEBIAN_RUSTC)
        .with_context(|| format!("{DEBIAN_RUSTC} does not know {TARGET}"))?;
    let stamp_file = built.join(STAMP);
    fs::write(&stamp_file, stamp()?)
        .with_context(|| format!("cannot write {}", stamp_file.display()))?;
    apt.become_root(
        &format!("cp {}/*.rlib {}", built.display(), dir.display()),
        step,
    )?;
    // The compiler rejects two copies of one library.
    process::logged(apt.privileged("rm").arg("-rf").arg(&dir), log)?;
    process::logged(apt.privileged("mkdir").arg("-p").arg(&dir), log)?;
    process::logged(
        apt.privileged("cp").args(rlibs).arg(stamp_file).arg(&dir),
        log,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_keeps_the_flags_of_the_workspace_and_hides_its_folders() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folders = Folders {
            root: root.to_owned(),
            cache: "/home/a b/.cache/spanlight".into(),
            cargo_home: "/home/a b/.cargo".into(),
            native_target: "/home/a b/target".into(),
            wasm_target: "/home/a b/target-wasm".into(),
        };
        let mut command = Command::new("cargo");
        Toolchain::Current.equip(&mut command, &folders).unwrap();
        let flags = command
            .get_envs()
            .find_map(|(name, value)| (name == FLAGS).then_some(value?.to_str()?))
            .unwrap();
        let flags: Vec<&str> = flags.split('\x1f').collect();
        assert!(flags.contains(&"target-feature=+simd128"), "{flags:?}");
        assert!(
            flags.contains(&"--remap-path-prefix=/home/a b/.cargo=/cargo"),
            "{flags:?}"
        );
        assert!(
            flags
                .iter()
                .any(|flag| flag.contains("/lib/rustlib/src/rust=/rustc/")),
            "{flags:?}"
        );
    }
}
