//! Commands that are stopped at every change of a file: what they do afterwards is what they would have done, and
//! nothing is left behind.
//!
//! `cargo xtask crashes` runs the whole matrix of commands, signals and moments; the tests run a few of these.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use spanlight_tests::program::SPANLIGHT;

use crate::commands::{Prepared, cases, compare, copy, outcome};

/// System calls that change a file or folder.
const CHANGES: &str = "write,pwrite64,writev,rename,renameat,renameat2,fsync,fdatasync,unlink,unlinkat,rmdir,\
                       mkdir,mkdirat,linkat,ftruncate";

/// Signals by their name for strace and the exit statuses that they may leave: that of a command that saves first,
/// and 0 if it was about to end.
const SIGNALS: [(&str, i32); 4] = [("KILL", 9), ("TERM", 15), ("INT", 2), ("HUP", 1)];

/// When a command is stopped.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// Before the change of a file with this number.
    Change(usize),
    /// After so many microseconds.
    Time(u64),
}

/// strace, which writes the changes of files to a log; the command follows.
fn traced(log: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace
        .args(["--seccomp-bpf", "-f", "-qq", "-e", "signal=none", "-e"])
        .arg(format!("trace={CHANGES}"))
        .arg("-o")
        .arg(log);
    strace
}

/// Starts a command, alone or behind a program such as strace.
fn start(program: Option<Command>, command: &Command) -> Child {
    let mut quiet = match program {
        Some(mut program) => {
            program.arg(command.get_program());
            program
        }
        None => Command::new(command.get_program()),
    };
    quiet
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs a command and stops it at a moment.
fn stopped(command: &Command, (signal, _): (&str, i32), moment: Moment) -> ExitStatus {
    let mut child = match moment {
        Moment::Change(number) => {
            let inject = format!("inject={CHANGES}:signal=SIG{signal}:when={number}");
            let mut strace = traced(Path::new("/dev/null"));
            strace.args(["-e", &inject]);
            start(Some(strace), command)
        }
        Moment::Time(_) => start(None, command),
    };
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
    let status = start(Some(traced(log)), command).wait().unwrap();
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

impl Prepared {
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
