//! `cargo xtask fuzz`: invents inputs for every reader of files, and reports what they did.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::folders::Folders;
use crate::tool::Tool;
use crate::{cargo, process};

/// Most memory that a reader may take, in MiB.
const MEMORY: u32 = 512;
/// Longest time that an input may take, in seconds.
const TIME: u32 = 1;
/// Longest input, in bytes: long enough for every structure, short enough for a million of them.
const LENGTH: u32 = 4096;

/// How much to invent.
pub struct Effort {
    /// One reader instead of all.
    pub target: Option<String>,
    /// Inputs for each reader.
    pub inputs: u64,
    /// Most minutes for each reader; without it, all inputs are read.
    pub minutes: Option<u64>,
}

/// What the inputs of a reader did.
struct Found {
    inputs: String,
    memory: String,
    slowest: String,
    sound: bool,
}

/// Builds the readers with the engine and runs them, one after the other.
pub fn run(folders: &Folders, effort: &Effort) -> Result<()> {
    let folder = folders.root.join("fuzz");
    let all = names(&folder.join("targets"))?;
    let targets = match &effort.target {
        None => all,
        Some(name) => {
            ensure!(
                all.contains(name),
                "no reader `{name}`; there are {}",
                all.join(", ")
            );
            vec![name.clone()]
        }
    };
    let build = build(folders, &folder)?;
    let mut failed = Vec::new();
    println!(
        "{:<16} {:>10} {:>7} {:>9} {:>9}",
        "reader", "inputs", "sound", "peak MiB", "slowest s"
    );
    for name in targets {
        let found = one(folders, &folder, &build.join(&name), &name, effort)?;
        println!(
            "{name:<16} {:>10} {:>7} {:>9} {:>9}",
            found.inputs,
            if found.sound { "yes" } else { "NO" },
            found.memory,
            found.slowest
        );
        if !found.sound {
            failed.push(name);
        }
    }
    ensure!(
        failed.is_empty(),
        "{} failed: mend it, and keep the input in fuzz/regressions under the name of its reader; the inputs \
         and logs are in {}",
        failed.join(", "),
        folders.cache.join("fuzz").display()
    );
    Ok(())
}

/// Names of the files in a folder, without endings.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// Builds all readers; returns the folder of the programs.
fn build(folders: &Folders, folder: &Path) -> Result<PathBuf> {
    let target = folders.native_target.join("fuzz");
    let mut command = cargo::native(folders);
    command
        .current_dir(folder)
        .args([
            "fuzz",
            "build",
            "--sanitizer",
            "none",
            "--features",
            "libfuzzer",
            "--fuzz-dir",
        ])
        .arg(folder)
        .arg("--target-dir")
        .arg(&target);
    // `cargo fuzz` is found on PATH, where the tool may not be.
    if let Some(bin) = Tool::cargo_fuzz()
        .path(folders)
        .as_deref()
        .and_then(Path::parent)
    {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = [bin.to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(paths)?);
    }
    process::run(&mut command)?;
    let triple = process::output(Command::new("rustc").arg("-vV"))?;
    let triple = triple.lines().find_map(|line| line.strip_prefix("host: "));
    let triple = triple.context("rustc does not say what it compiles for")?;
    Ok(target.join(triple).join("release"))
}

/// Runs one reader.
fn one(
    folders: &Folders,
    folder: &Path,
    program: &Path,
    name: &str,
    effort: &Effort,
) -> Result<Found> {
    let work = folders.cache.join("fuzz").join(name);
    fs::create_dir_all(work.join("corpus"))?;
    let log = work.join("log");
    let output = fs::File::create(&log)?;
    let mut command = Command::new(program);
    command
        .arg(work.join("corpus"))
        .args(
            ["seeds", "regressions"]
                .map(|kind| folder.join(kind).join(name))
                .iter()
                .filter(|p| p.is_dir()),
        )
        .arg(format!("-runs={}", effort.inputs))
        .arg(format!(
            "-max_total_time={}",
            60 * effort.minutes.unwrap_or(0)
        ))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-timeout={TIME}"))
        .arg(format!("-max_len={LENGTH}"))
        .arg("-print_final_stats=1")
        .arg(format!("-artifact_prefix={}/", work.display()))
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let stat = |name: &str| {
        let line = text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(&format!("stat::{name}:")));
        line.unwrap_or("?").trim().to_owned()
    };
    Ok(Found {
        inputs: stat("number_of_executed_units"),
        memory: stat("peak_rss_mb"),
        slowest: stat("slowest_unit_time_sec"),
        sound: status.success(),
    })
}
