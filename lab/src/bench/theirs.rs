//! PyTorch's side: a Python process that measures on request.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::{Serialize, de::DeserializeOwned};
use tempfile::TempDir;

use super::Measure;
use crate::error::{Error, Result};

/// A program that reads a job, then a question a line.
pub struct Script {
    name: &'static str,
    text: &'static str,
}

/// Fine-tuning and inference.
pub const JOINT: Script = Script {
    name: "torch_joint.py",
    text: include_str!("../../bench/torch_joint.py"),
};
/// Pre-training.
pub const PRETRAIN: Script = Script {
    name: "torch_pretrain.py",
    text: include_str!("../../bench/torch_pretrain.py"),
};
/// What they import.
const MODULES: [Script; 3] = [
    Script {
        name: "torch_encoders.py",
        text: include_str!("../../bench/torch_encoders.py"),
    },
    Script {
        name: "torch_measure.py",
        text: include_str!("../../bench/torch_measure.py"),
    },
    Script {
        name: "torch_weights.py",
        text: include_str!("../../bench/torch_weights.py"),
    },
];

/// A running Python with PyTorch.
pub struct Theirs {
    python: String,
    script: &'static str,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Where the scripts are.
    _folder: TempDir,
    /// Version of PyTorch.
    pub version: String,
    /// Its library for matrix products on the CPU.
    pub blas: String,
    /// What it computes on: `CPU` or the name of a GPU.
    pub device: String,
    /// Parameters of each of its models.
    pub parameters: Vec<usize>,
}

impl Theirs {
    /// Starts Python and hands over the job; the error says why there is nothing to compare with.
    pub fn start(
        python: &str,
        threads: usize,
        script: &Script,
        job: &impl Serialize,
    ) -> Result<Self, String> {
        let folder = unpacked(script).map_err(|e| format!("no place for the scripts: {e}"))?;
        let mut command = Command::new(python);
        command
            .arg(folder.path().join(script.name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // The libraries behind PyTorch read these once, at their start.
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
            command.env(name, threads.to_string());
        }
        let mut child = command
            .spawn()
            .map_err(|e| format!("{python} cannot be started: {e}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!("{python} has no standard input and output"));
        };
        let mut theirs = Self {
            python: python.into(),
            script: script.name,
            child,
            input,
            output: BufReader::new(output),
            _folder: folder,
            version: String::new(),
            blas: String::new(),
            device: String::new(),
            parameters: Vec::new(),
        };
        (
            theirs.version,
            theirs.blas,
            theirs.device,
            theirs.parameters,
        ) = theirs
            .answer(job)
            .map_err(|_| format!("{python} has no usable PyTorch (its reason stands above)"))?;
        Ok(theirs)
    }

    /// Runs something that gives word-pieces and seconds.
    ///
    /// # Errors
    /// [`Error::Usage`] when the process dies or answers nonsense.
    pub fn measure(&mut self, ask: &impl Serialize) -> Result<Measure> {
        let ((pieces, seconds), peak) = self.answer(ask)?;
        Ok(Measure {
            pieces,
            seconds,
            peak,
        })
    }

    /// Runs something that gives anything else.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn result<T: DeserializeOwned>(&mut self, ask: &impl Serialize) -> Result<T> {
        let (result, _): (T, Option<u64>) = self.answer(ask)?;
        Ok(result)
    }

    /// Compares the numbers of parameters of its models with those of ours.
    ///
    /// # Errors
    /// [`Error::Usage`] where they differ.
    pub fn agree(&self, parameters: &[usize]) -> Result<()> {
        if self.parameters == parameters {
            Ok(())
        } else {
            Err(self.differs(format!(
                "{parameters:?} parameters here, {:?}",
                self.parameters
            )))
        }
    }

    /// That both sides do not compute the same; `what` ends with its side.
    pub fn differs(&self, what: String) -> Error {
        Error::Usage(format!(
            "the models differ: {what} in {}; this is a bug, report it",
            self.script
        ))
    }

    /// Sends a line and reads one.
    fn answer<T: DeserializeOwned>(&mut self, question: &impl Serialize) -> Result<T> {
        let mut line = serde_json::to_string(question).map_err(std::io::Error::other)?;
        line.push('\n');
        // A process that died refuses the question; that it gives no answer says enough.
        let _ = self.input.write_all(line.as_bytes());
        line.clear();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|_| {
            let python = &self.python;
            Error::Usage(format!(
                "{python} stopped; its reason stands above; leave --python out"
            ))
        })
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        // It may be in the middle of something, where it would not see its input end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with a script and its modules.
fn unpacked(script: &Script) -> std::io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for Script { name, text } in MODULES.iter().chain([script]) {
        std::fs::write(folder.path().join(name), text)?;
    }
    Ok(folder)
}
