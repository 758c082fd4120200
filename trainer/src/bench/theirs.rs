//! PyTorch's side: a Python process that measures what it is told to.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::{Serialize, de::DeserializeOwned};
use spanlight_core::ModelConfig;

use super::Measure;
use super::workload::Case;
use crate::error::{Error, Result};

/// The program; it reads a job, then a measurement a line.
const SCRIPT: &str = include_str!("../../bench/torch_joint.py");
/// Sentences of a length-sorted chunk.
const CHUNK: usize = 8;

/// What the script needs to know.
#[derive(Serialize)]
pub struct Job<'a> {
    /// CPU threads.
    pub threads: usize,
    /// Sizes.
    pub model: &'a ModelConfig,
    /// Entity classes.
    pub types: usize,
    /// Relation classes.
    pub relations: usize,
    /// Sentences of an inference batch.
    pub batch: usize,
    /// Steps that are not timed.
    pub warmup: usize,
    /// Training sentences.
    pub training: &'a [Case],
    /// Members of every step.
    pub batches: &'a [Vec<usize>],
    /// Sentences of inference.
    pub inference: &'a [Case],
}

/// A measurement to make.
#[derive(Serialize)]
struct Ask {
    run: &'static str,
    frozen: bool,
    chunk: usize,
}

/// A running Python with PyTorch.
pub struct Theirs {
    python: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Version of PyTorch.
    pub version: String,
    /// Its library for matrix products.
    pub blas: String,
    /// Parameters of its model.
    pub parameters: usize,
}

impl Theirs {
    /// Starts Python and hands over the job; the error says why there is nothing to compare with.
    pub fn start(python: &str, job: &Job<'_>) -> Result<Self, String> {
        let mut command = Command::new(python);
        command
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // The libraries behind PyTorch read these once, at their start.
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
            command.env(name, job.threads.to_string());
        }
        let mut child = command
            .spawn()
            .map_err(|e| format!("{python} cannot be started: {e}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!("{python} has no standard input and output"));
        };
        let mut theirs = Self {
            python: python.into(),
            child,
            input,
            output: BufReader::new(output),
            version: String::new(),
            blas: String::new(),
            parameters: 0,
        };
        (theirs.version, theirs.blas, theirs.parameters) = theirs
            .answer(job)
            .map_err(|_| format!("{python} has no usable PyTorch (its reason stands above)"))?;
        Ok(theirs)
    }

    /// Times training, with the embeddings frozen or not, or else inference; in plain batches or
    /// in sorted chunks of them.
    ///
    /// # Errors
    /// [`Error::Usage`] when the process dies or answers nonsense.
    pub fn measure(&mut self, frozen: Option<bool>, sorted: bool) -> Result<Measure> {
        let ask = Ask {
            run: if frozen.is_some() { "train" } else { "infer" },
            frozen: frozen == Some(true),
            chunk: if sorted { CHUNK } else { 0 },
        };
        let (pieces, seconds, peak) = self.answer(&ask)?;
        Ok(Measure {
            pieces,
            seconds,
            peak,
        })
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
