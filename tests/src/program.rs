//! The programs of the workspace as a user runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// A program and its subcommands that take no `--device`.
pub struct Program {
    name: &'static str,
    without_device: &'static [&'static str],
}

/// The program for users.
pub const SPANLIGHT: Program = Program {
    name: "spanlight",
    without_device: &["data", "export", "import-pspe", "export-pspe"],
};

/// The program for research.
pub const LAB: Program = Program {
    name: "lab",
    without_device: &["report", "compare", "mix", "mean"],
};

impl Program {
    /// The program with some arguments, in a folder, on the CPU.
    ///
    /// # Panics
    /// When it is not built. Cargo builds the programs of a package for that package's tests, but
    /// not those of others: `lab`'s tests alone need `spanlight` to be built before them.
    pub fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path());
        command.current_dir(folder).args(arguments);
        if !self.without_device.contains(&arguments[0]) {
            command.args(["--device", "cpu"]);
        }
        command
    }

    /// In the folder of the profile, where cargo puts programs: tests run in `deps` below it.
    fn path(&self) -> PathBuf {
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        let path = profile
            .join(self.name)
            .with_extension(std::env::consts::EXE_EXTENSION);
        assert!(
            path.is_file(),
            "{} is missing: build it with `cargo build --bin {}` and the profile of this test",
            path.display(),
            self.name
        );
        path
    }

    /// Runs it, expects success and gives its output.
    ///
    /// # Panics
    /// When it fails.
    pub fn succeed(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.command(folder, arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it, expects failure and gives the message on standard error.
    ///
    /// # Panics
    /// When it succeeds.
    pub fn fail(&self, folder: &Path, arguments: &[&str]) -> String {
        self.end(folder, arguments, 1)
    }

    /// Runs it, expects an exit status and gives the message on standard error.
    ///
    /// # Panics
    /// For another status.
    pub fn end(&self, folder: &Path, arguments: &[&str], expected: i32) -> String {
        let Output { status, stderr, .. } = self.command(folder, arguments).output().unwrap();
        let message = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(expected), "{arguments:?}: {message}");
        message
    }
}

/// Arguments of a small training run.
pub fn training<'a>(run: &'a str, epochs: &'a str) -> Vec<&'a str> {
    vec![
        "finetune",
        "--run",
        run,
        "--train",
        "train.jsonl",
        "--dev",
        "train.jsonl",
        "--encoder",
        "encoder",
        "--epochs",
        epochs,
        "--batch",
        "4",
        "--head-lr",
        "5e-3",
        "--learning-rate",
        "2e-3",
        "--evaluate-from",
        "1",
        "--chunk",
        "16",
        "--save-every",
        "3",
    ]
}

/// Arguments of a training run whose steps vanish in rounding, so that it shows where it starts.
pub fn still(run: &str) -> Vec<&str> {
    let mut arguments = training(run, "1");
    for rate in ["--head-lr", "--learning-rate"] {
        arguments = exchanged(arguments, rate, "1e-30");
    }
    arguments.extend(["--weight-decay", "0"]);
    arguments
}

/// The same arguments, the value of one flag exchanged.
///
/// # Panics
/// When they lack the flag.
pub fn exchanged<'a>(mut arguments: Vec<&'a str>, flag: &str, value: &'a str) -> Vec<&'a str> {
    let at = arguments.iter().position(|a| *a == flag).unwrap();
    arguments[at + 1] = value;
    arguments
}

/// Arguments of a small pre-training run over [`CORPUS`](crate::workshop::CORPUS).
pub fn pretraining<'a>(run: &'a str, steps: &'a str) -> Vec<&'a str> {
    vec![
        "pretrain",
        "--run",
        run,
        "--corpus",
        "corpus.txt",
        "--corpus-cache",
        "cache",
        "--unit",
        "sentence",
        "--encoder",
        "encoder",
        "--total-steps",
        steps,
        "--batch",
        "4",
        "--chunk",
        "64",
        "--micro-batch",
        "2",
        "--queue-keys",
        "10",
        "--save-every",
        "1",
        "--warmup",
        "0.2",
    ]
}

/// The arrays of a safetensors file, byte for byte.
///
/// # Panics
/// When it is none.
pub fn arrays(path: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = std::fs::read(path).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut arrays: Vec<(String, Vec<u8>)> = file
        .iter()
        .map(|(n, v)| (n.into(), v.data().to_vec()))
        .collect();
    arrays.sort();
    arrays
}

/// The events of a kind in the file of a run.
///
/// # Panics
/// When there is no such file.
pub fn events(at: &Path, run: &str, kind: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(at.join(run).join("events.jsonl")).unwrap();
    let event = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
    let events = text.lines().map(event);
    events.filter(|event| event["event"] == kind).collect()
}

/// Starts a program and stops it by a signal once a place is reached; returns its exit status, `None` if the
/// signal itself ended it.
///
/// # Panics
/// When it ends before.
pub fn stop_when(mut program: Command, signal: &str, reached: impl Fn() -> bool) -> Option<i32> {
    let mut child = program.stderr(Stdio::null()).spawn().unwrap();
    while !reached() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it could be stopped"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    child.wait().unwrap().code()
}
