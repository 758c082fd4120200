//! Speed of training and inference, compared with PyTorch in the same run.
//!
//! | work | spanlight | PyTorch, in `lab/bench` |
//! |---|---|---|
//! | fine-tuning | [`finetune`](spanlight::finetune::finetune), timed by its events | `torch_joint.py`, the same batches |
//! | inference | `Predictor`, as in `evaluate` | `torch_joint.py`, the spans that our tagger found |
//! | pre-training | the step loop of [`pretrain`](spanlight::pretrain::pretrain) | `torch_pretrain.py`, the same samples |
//!
//! Only one side runs at a time, and the sides alternate, so that no lasting change of the machine favours one.

pub mod joint;
mod machine;
pub mod pretraining;
mod report;
mod row;
mod theirs;

use std::path::Path;

use burn::tensor::Device;

/// Settings of a benchmark.
pub struct Plan<'a> {
    /// Folder of the encoder.
    pub encoder: &'a Path,
    /// File of annotated sentences or plain text.
    pub data: &'a Path,
    /// Sentences per step.
    pub batch: usize,
    /// Timed steps.
    pub steps: usize,
    /// Untimed steps before the timed ones.
    pub warmup: usize,
    /// Number of measurements of each side.
    pub rounds: usize,
    /// Python program, which may have PyTorch.
    pub python: &'a str,
    /// Device of our side.
    pub device: Device,
    /// Description of the device.
    pub description: String,
    /// Threads of our side.
    pub workers: usize,
    /// Threads of PyTorch.
    pub threads: usize,
}

/// One measurement.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measure {
    /// Word-pieces, padding excluded.
    pub pieces: usize,
    /// Wall-clock time in seconds.
    pub seconds: f64,
    /// Largest resident set during the measurement, in bytes; `None` if the system does not report it.
    pub peak: Option<u64>,
}
