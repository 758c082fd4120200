//! Whether whoever builds a commit gets the same engine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::folders::Folders;
use crate::scratch::Scratch;
use crate::{manifest, process, trunk, wasm};

/// The files of the engine in the built page.
const ENGINE: [&str; 2] = ["spanlight_web_bg.wasm", "spanlight_web.js"];

/// Builds the committed page in two clones with a cargo folder each, and compares the engines.
pub fn compare(folders: &Folders) -> Result<()> {
    let scratch = Scratch::open(folders, "reproducible")?;
    // The builds take long enough for another commit.
    let commit = process::output(
        Command::new("git")
            .current_dir(&folders.root)
            .args(["rev-parse", "HEAD"]),
    )?;
    let build = |dir: &str| build(folders, &scratch.path().join(dir), commit.trim());
    let (one, other) = (build("one")?, build("other/longer path")?);
    for ((name, one), other) in ENGINE.iter().zip(one).zip(other) {
        println!("{one}  {name}\n{other}  {name}");
        ensure!(one == other, "two builds of {name} differ");
    }
    Ok(())
}

/// Builds the page of a commit in a new clone in `dir` and returns the SHA-256 sums of [`ENGINE`].
fn build(folders: &Folders, dir: &Path, commit: &str) -> Result<Vec<String>> {
    let own = Folders {
        root: dir.join("spanlight"),
        cache: folders.cache.clone(),
        cargo_home: dir.join("cargo"),
        native_target: dir.join("target"),
        wasm_target: dir.join("target-wasm"),
    };
    fs::create_dir_all(&own.cargo_home)
        .with_context(|| format!("cannot create {}", own.cargo_home.display()))?;
    process::run(
        Command::new("git")
            .args(["clone", "--quiet", "--shared"])
            .arg(&folders.root)
            .arg(&own.root),
    )?;
    process::run(
        Command::new("git")
            .current_dir(&own.root)
            .args(["checkout", "--quiet", "--detach", commit]),
    )?;
    // The sources and tools are the same; only the paths to them differ.
    link(
        &folders.cargo_home.join("registry"),
        &own.cargo_home.join("registry"),
    )?;
    link(
        &folders.root.join("node_modules"),
        &own.root.join("node_modules"),
    )?;
    trunk::build(&own)?;
    hides_folders(&own)?;
    ENGINE
        .iter()
        .map(|name| Ok(format!("{:x}", Sha256::digest(engine(&own, name)?))))
        .collect()
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(from, to)
        .with_context(|| format!("cannot link {} to {}", to.display(), from.display()))
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<()> {
    bail!("this task needs Linux or macOS")
}

/// Checks that the built page does not tell where it was built.
pub fn hides_folders(folders: &Folders) -> Result<()> {
    let mut private: Vec<PathBuf> = wasm::local(folders)
        .into_iter()
        .map(|(folder, _)| folder)
        .collect();
    private.extend(env::home_dir());
    for name in ENGINE {
        if let Some(path) = found(&engine(folders, name)?, &private) {
            bail!(
                "{name} holds the path {}: map it in xtask/src/wasm.rs",
                path.display()
            );
        }
    }
    Ok(())
}

fn engine(folders: &Folders, name: &str) -> Result<Vec<u8>> {
    let path = manifest::dist(folders)?.join(name);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The first of the folders whose path, followed by more, is in `bytes`.
fn found<'a>(bytes: &[u8], folders: &'a [PathBuf]) -> Option<&'a Path> {
    folders.iter().map(PathBuf::as_path).find(|folder| {
        // The root of the file system would be found everywhere.
        let path = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
        folder.parent().is_some()
            && bytes
                .windows(path.len())
                .any(|window| window == path.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_engine_is_found() {
        let folders = ["/", "/root", "/home/a/.cargo"].map(PathBuf::from);
        let found = |bytes: &[u8]| found(bytes, &folders).map(Path::to_owned);
        assert_eq!(
            found(b"\0asm\0/root/.cargo/registry/src/x.rs\0"),
            Some("/root".into())
        );
        assert_eq!(
            found(b"\xff/home/a/.cargo/registry"),
            Some("/home/a/.cargo".into())
        );
        assert_eq!(found(b"\0asm\0/cargo/registry/src/x.rs /rooted"), None);
    }
}
