//! Commands that are stopped at every change of a file: what they do afterwards is what they would have done, and
//! nothing is left behind.
//!
//! `cargo xtask crashes` runs the whole matrix of commands, signals and moments; the tests run a few of these.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use spanlight_tests::program::{LAB, Program, SPANLIGHT, arrays, pretraining, training};
use spanlight_tests::workshop::workshop;

/// System calls that change a file or folder.
const CHANGES: &str = "write,pwrite64,writev,rename,renameat,renameat2,fsync,fdatasync,unlink,unlinkat,rmdir,\
                       mkdir,mkdirat,linkat,ftruncate";

/// Signals by their name for strace and the exit statuses that they may leave: that of a command that saves first,
/// and 0 if it was about to end.
const SIGNALS: [(&str, i32); 4] = [("KILL", 9), ("TERM", 15), ("INT", 2), ("HUP", 1)];

/// A command of the matrix.
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

/// When a command is stopped.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// Before the change of a file with this number.
    Change(usize),
    /// After so many microseconds.
    Time(u64),
}

/// Runs a command and stops it at a moment.
fn stopped(command: &Command, (signal, _): (&str, i32), moment: Moment) -> ExitStatus {
    let mut quiet = match moment {
        Moment::Change(number) => {
            let inject = format!("inject={CHANGES}:signal=SIG{signal}:when={number}");
            let mut strace = Command::new("strace");
            let trace = format!("trace={CHANGES}");
            strace.args([
                "--seccomp-bpf",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                &trace,
                "-e",
                &inject,
            ]);
            strace.arg(command.get_program()).args(command.get_args());
            strace
        }
        Moment::Time(_) => {
            let mut plain = Command::new(command.get_program());
            plain.args(command.get_args());
            plain
        }
    };
    quiet
        .current_dir(command.get_current_dir().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = quiet.spawn().unwrap();
    if let Moment::Time(time) = moment {
        sleep(Duration::from_micros(time));
        let id = child.id().to_string();
        let _ = Command::new("kill")
            .args([&format!("-{signal}"), &id])
            .stderr(Stdio::null())
            .status();
    }
    child.wait().unwrap()
}

/// Number of changes of files that a command makes, on its busiest thread.
fn changes(command: &Command, log: &Path) -> usize {
    let trace = format!("trace={CHANGES}");
    let status = Command::new("strace")
        .args([
            "--seccomp-bpf",
            "-f",
            "-qq",
            "-e",
            "signal=none",
            "-e",
            &trace,
            "-o",
        ])
        .arg(log)
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in fs::read_to_string(log).unwrap().lines() {
        if let Some((thread, rest)) = line.split_once(' ')
            && !rest.trim_start().starts_with("<...")
        {
            *counts.entry(thread.into()).or_default() += 1;
        }
    }
    counts.into_values().max().unwrap_or(0)
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

/// A command with its prepared folder, and what it leaves uninterrupted.
struct Prepared {
    case: Case,
    folder: tempfile::TempDir,
    template: PathBuf,
    expected: BTreeMap<PathBuf, Vec<u8>>,
    /// Microseconds of an uninterrupted run.
    time: u64,
}

impl Prepared {
    fn new(case: Case) -> Self {
        let folder = workshop();
        let template = folder.path().join("template");
        fs::create_dir(&template).unwrap();
        for name in ["encoder", "train.jsonl", "corpus.txt"] {
            fs::rename(folder.path().join(name), template.join(name)).unwrap();
        }
        (case.prepare)(&template);
        let whole = folder.path().join("at");
        copy(&template, &whole);
        let begin = Instant::now();
        case.program.succeed(&whole, &case.start);
        let time = begin.elapsed().as_micros() as u64;
        let expected = outcome(&whole);
        Self {
            case,
            folder,
            template,
            expected,
            time,
        }
    }

    /// Number of changes of files that the command makes; needs strace.
    fn changes(&self) -> usize {
        let at = self.folder.path().join("at");
        let _ = fs::remove_dir_all(&at);
        copy(&self.template, &at);
        let command = self.case.program.command(&at, &self.case.start);
        changes(&command, &self.folder.path().join("log"))
    }

    /// Stops the command at a moment and lets it go on. Returns what went wrong.
    fn attempt(&self, signal: (&str, i32), moment: Moment) -> Result<(), String> {
        let at = self.folder.path().join("at");
        let _ = fs::remove_dir_all(&at);
        copy(&self.template, &at);
        let command = self.case.program.command(&at, &self.case.start);
        let ended = stopped(&command, signal, moment);
        let saved_first = 128 + signal.1;
        let by_signal = ended.signal() == Some(signal.1);
        if !(by_signal
            || ended
                .code()
                .is_some_and(|code| code == 0 || code == saved_first))
        {
            return Err(format!("it ended with {ended}"));
        }
        if self.case.name == "export" {
            let arguments = ["predict", "--model", "bundle", "text.txt"];
            let found = SPANLIGHT.command(&at, &arguments).output().unwrap();
            if !found.status.success() {
                return Err("neither the old nor the new bundle is whole".into());
            }
        }
        self.case.go_on(&at)?;
        compare(&outcome(&at), &self.expected)
    }
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

/// Stops every command by every signal at the given moments; prints a table and returns the failures.
fn matrix(moments: impl Fn(&Prepared) -> Vec<Moment>, signals: &[(&str, i32)]) -> Vec<String> {
    let mut failures = Vec::new();
    eprintln!(
        "{:<10} {:>6} {:>8} {:>6}",
        "command", "signal", "moments", "equal"
    );
    for case in cases() {
        let prepared = Prepared::new(case);
        for &signal in signals {
            let moments = moments(&prepared);
            let mut equal = 0;
            for &moment in &moments {
                match prepared.attempt(signal, moment) {
                    Ok(()) => equal += 1,
                    Err(problem) => failures.push(format!(
                        "{} after SIG{} at {moment:?}: {problem}",
                        prepared.case.name, signal.0
                    )),
                }
            }
            eprintln!(
                "{:<10} {:>6} {:>8} {:>6}",
                prepared.case.name,
                signal.0,
                moments.len(),
                equal
            );
        }
    }
    failures
}

fn strace() -> bool {
    Command::new("strace").arg("-V").output().is_ok()
}

#[test]
fn a_command_stopped_at_random_moments_goes_on_as_if_it_was_not() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let moments: Vec<f64> = (0..2).map(|_| rng.random()).collect();
    let at = |prepared: &Prepared| -> Vec<Moment> {
        let time = |share: &f64| Moment::Time((share * prepared.time as f64) as u64);
        moments.iter().map(time).collect()
    };
    let failures = matrix(at, &SIGNALS[..2]);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Stops every command by a signal at every change of a file.
fn at_every_change(signal: (&str, i32)) {
    assert!(strace(), "install strace");
    let all = |prepared: &Prepared| (1..=prepared.changes()).map(Moment::Change).collect();
    let failures = matrix(all, &[signal]);
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
#[ignore = "half an hour; run by `cargo xtask crashes`"]
fn killed_at_every_change_of_a_file() {
    at_every_change(SIGNALS[0]);
}

#[test]
#[ignore = "half an hour; run by `cargo xtask crashes`"]
fn terminated_at_every_change_of_a_file() {
    at_every_change(SIGNALS[1]);
}

#[test]
#[ignore = "half an hour; run by `cargo xtask crashes`"]
fn interrupted_at_every_change_of_a_file() {
    at_every_change(SIGNALS[2]);
}

#[test]
#[ignore = "half an hour; run by `cargo xtask crashes`"]
fn hung_up_at_every_change_of_a_file() {
    at_every_change(SIGNALS[3]);
}

#[test]
#[ignore = "half an hour; run by `cargo xtask crashes`"]
fn stopped_at_two_hundred_random_moments() {
    let moments = |prepared: &Prepared| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let time = |_| Moment::Time(rng.random_range(0..prepared.time));
        (0..50).map(time).collect()
    };
    let failures = matrix(moments, &SIGNALS);
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
