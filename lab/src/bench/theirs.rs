//! PyTorch's side: a Python process that measures on request.
//!
//! Process and program exchange lines of JSON: first the job, then requests, each with one answer.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::{Serialize, de::DeserializeOwned};
use tempfile::TempDir;

use super::Measure;
use crate::error::{Error, Result};

/// A Python script of `lab/bench`.
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
/// Modules that the scripts import.
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
    /// Folder of the scripts.
    _folder: TempDir,
    /// Version of PyTorch.
    pub version: String,
    /// Library of its matrix products on the CPU.
    pub blas: String,
    /// `CPU` or the name of a GPU.
    pub device: String,
    /// Number of parameters of each model.
    pub parameters: Vec<usize>,
}

impl Theirs {
    /// Starts Python and sends the job; the error says why there is no comparison.
    pub fn start(
        python: &str,
        threads: usize,
        script: &Script,
        job: &impl Serialize,
    ) -> Result<Self, String> {
        let folder = unpacked(script)
            .map_err(|e| format!("cannot write the scripts to a temporary folder: {e}"))?;
        let mut command = Command::new(python);
        command
            .arg(folder.path().join(script.name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // PyTorch's libraries read these variables only at their start.
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
            .map_err(|_| format!("{python} has no usable PyTorch (see its message above)"))?;
        Ok(theirs)
    }

    /// Sends a request for a measurement: word-pieces and seconds.
    ///
    /// # Errors
    /// [`Error::Usage`] if the process dies or its answer is malformed.
    pub fn measure(&mut self, request: &impl Serialize) -> Result<Measure> {
        let ((pieces, seconds), peak) = self.answer(request)?;
        Ok(Measure {
            pieces,
            seconds,
            peak,
        })
    }

    /// Sends a request with a result other than a measurement.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn result<T: DeserializeOwned>(&mut self, request: &impl Serialize) -> Result<T> {
        let (result, _): (T, Option<u64>) = self.answer(request)?;
        Ok(result)
    }

    /// Checks that the models of both sides have equally many parameters.
    ///
    /// # Errors
    /// [`Error::Usage`] if the numbers differ.
    pub fn agree(&self, parameters: &[usize]) -> Result<()> {
        if self.parameters == parameters {
            Ok(())
        } else {
            Err(self.differs(&format!(
                "{parameters:?} parameters in spanlight, {:?}",
                self.parameters
            )))
        }
    }

    /// The error that both sides compute different results; `difference` ends with PyTorch's result.
    pub fn differs(&self, difference: &str) -> Error {
        Error::Usage(format!(
            "the models differ: {difference} in {}; this is a bug, report it",
            self.script
        ))
    }

    /// Sends a line and reads the answer.
    fn answer<T: DeserializeOwned>(&mut self, request: &impl Serialize) -> Result<T> {
        let mut line = serde_json::to_string(request).map_err(std::io::Error::other)?;
        line.push('\n');
        // Writing to a dead process fails; the missing answer below reports it.
        let _ = self.input.write_all(line.as_bytes());
        line.clear();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|_| {
            let python = &self.python;
            Error::Usage(format!(
                "{python} stopped (see its message above); name another Python with --python"
            ))
        })
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        // A busy process would not notice the end of its input.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a script and its modules to a temporary folder.
fn unpacked(script: &Script) -> std::io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for Script { name, text } in MODULES.iter().chain([script]) {
        std::fs::write(folder.path().join(name), text)?;
    }
    Ok(folder)
}
