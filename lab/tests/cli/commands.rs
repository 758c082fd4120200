//! The commands that write, each in a small folder, and what they leave there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;
use spanlight_tests::program::{LAB, Program, SPANLIGHT, arrays, pretraining, training};
use spanlight_tests::workshop::workshop;
use tempfile::TempDir;

/// A command.
pub struct Case {
    pub name: &'static str,
    pub program: &'static Program,
    pub start: Vec<&'static str>,
    /// How it goes on; by default with the same arguments.
    pub resume: Option<Vec<&'static str>>,
    /// Prepares the folder before the command.
    pub prepare: fn(&Path),
}

fn nothing(_: &Path) {}

fn model(at: &Path) {
    SPANLIGHT.succeed(at, &training("model", "2"));
    fs::write(at.join("text.txt"), spanlight_tests::workshop::CORPUS).unwrap();
}

fn bundle(at: &Path) {
    model(at);
    SPANLIGHT.succeed(at, &training("other", "3"));
    let arguments = [
        "export", "--model", "other", "--out", "bundle", "--name", "other",
    ];
    SPANLIGHT.succeed(at, &[&arguments[..], &SELF_TEST].concat());
    fs::write(at.join("bundle/README.md"), "a card").unwrap();
}

const SELF_TEST: [&str; 2] = ["--self-test", "anna works for acme in rome ."];

fn ensemble(at: &Path) {
    model(at);
    SPANLIGHT.succeed(at, &training("other", "3"));
}

fn grid(at: &Path) {
    let text = crate::experiment::GRID
        .replace("fractions = [0.34, 1.0]", "fractions = [1.0]")
        .replace("seeds = [1, 2]", "seeds = [1]")
        .replace("save_every = 3", "save_every = 2");
    fs::write(at.join("grid.toml"), text).unwrap();
}

pub fn cases() -> Vec<Case> {
    let case = |name, program, start: &[&'static str], prepare| Case {
        name,
        program,
        start: start.to_vec(),
        resume: None,
        prepare,
    };
    let run = |name, command, start: Vec<&'static str>| Case {
        name,
        program: &SPANLIGHT,
        start,
        resume: Some(vec![command, "--run", "run", "--resume"]),
        prepare: nothing,
    };
    let export = [
        "export", "--model", "model", "--out", "bundle", "--name", "mine",
    ];
    vec![
        run("finetune", "finetune", training("run", "3")),
        run("pretrain", "pretrain", pretraining("run", "3")),
        case("grid", &LAB, &["run", "grid.toml", "--data-dir", "."], grid),
        case(
            "export",
            &SPANLIGHT,
            &[&export[..], &SELF_TEST].concat(),
            bundle,
        ),
        case(
            "label",
            &LAB,
            &["label", "text.txt", "out.json", "--model", "model", "other"],
            ensemble,
        ),
        case(
            "corpus",
            &SPANLIGHT,
            &[
                "data",
                "clean",
                "--corpus",
                "corpus.txt",
                "--out",
                "clean.txt",
                "--overwrite",
            ],
            nothing,
        ),
        case(
            "predict",
            &SPANLIGHT,
            &[
                "predict",
                "--model",
                "model",
                "text.txt",
                "--out",
                "found.jsonl",
                "--overwrite",
            ],
            model,
        ),
    ]
}

impl Case {
    /// Goes on after an interruption, or starts again where there is nothing to go on from.
    ///
    /// # Errors
    /// The messages of both attempts.
    pub fn go_on(&self, at: &Path) -> Result<(), String> {
        let run = |arguments: &[&str]| {
            let output = self.program.command(at, arguments).output().unwrap();
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            output.status.success().then_some(()).ok_or(message)
        };
        match &self.resume {
            None => run(&self.start),
            Some(resume) => run(resume).or_else(|first| {
                run(&self.start).map_err(|second| format!("{first}; and a new start: {second}"))
            }),
        }
    }
}

/// What a command leaves: the files by name with their content, as far as no clock has a part in it.
pub fn outcome(at: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![at.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(at).unwrap().to_owned();
            found.insert(name, content(&path));
        }
    }
    found
}

fn content(path: &Path) -> Vec<u8> {
    let read = || fs::read(path).unwrap();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    match (path.file_name().unwrap().to_str().unwrap(), &*ending) {
        // The note of a checkpoint holds seconds.
        ("checkpoint.safetensors", _) => {
            let arrays = arrays(path).into_iter();
            arrays
                .flat_map(|(name, bytes)| [name.into_bytes(), bytes].concat())
                .collect()
        }
        ("events.jsonl" | "training.svg" | "plan.json" | "problem.txt", _) => Vec::new(),
        ("result.json", _) => {
            let mut result: Value = serde_json::from_slice(&read()).unwrap();
            result.as_object_mut().unwrap().remove("seconds");
            result.to_string().into_bytes()
        }
        _ => read(),
    }
}

/// A command with its prepared folder, and what it leaves uninterrupted.
pub struct Prepared {
    pub case: Case,
    pub folder: TempDir,
    /// The folder before the command.
    pub template: PathBuf,
    /// The folder after it.
    pub whole: PathBuf,
    pub expected: BTreeMap<PathBuf, Vec<u8>>,
    /// Microseconds that it takes.
    pub time: u64,
}

impl Prepared {
    pub fn new(case: Case) -> Self {
        let folder = workshop();
        let [template, whole] = ["template", "whole"].map(|name| folder.path().join(name));
        fs::create_dir(&template).unwrap();
        for name in ["encoder", "train.jsonl", "corpus.txt"] {
            fs::rename(folder.path().join(name), template.join(name)).unwrap();
        }
        (case.prepare)(&template);
        copy(&template, &whole);
        let begin = Instant::now();
        case.program.succeed(&whole, &case.start);
        let time = begin.elapsed().as_micros() as u64;
        Self {
            expected: outcome(&whole),
            case,
            folder,
            template,
            whole,
            time,
        }
    }
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(status.success());
}

/// Compares what a command left with what it should have.
pub fn compare(
    found: &BTreeMap<PathBuf, Vec<u8>>,
    expected: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<(), String> {
    let names = |outcome: &BTreeMap<PathBuf, Vec<u8>>| -> BTreeSet<PathBuf> {
        outcome.keys().cloned().collect()
    };
    let (ours, theirs) = (names(found), names(expected));
    if ours != theirs {
        let differing: Vec<_> = ours.symmetric_difference(&theirs).collect();
        return Err(format!("files left over or missing: {differing:?}"));
    }
    match found
        .iter()
        .find(|(name, bytes)| **bytes != expected[*name])
    {
        Some((name, _)) => Err(format!("{} differs", name.display())),
        None => Ok(()),
    }
}
