//! Speed of training and inference, beside PyTorch in the same run.
//!
//! | work | spanlight | PyTorch, in `lab/bench` |
//! |---|---|---|
//! | fine-tuning | [`finetune`](spanlight::finetune::finetune) itself, timed by its events | `torch_joint.py`, the same batches |
//! | inference | `Predictor`, as in `evaluate` | the same script, the spans that we found |
//! | pre-training | the step loop of [`pretrain`](spanlight::pretrain::pretrain) | `torch_pretrain.py`, the same samples |
//!
//! Only one side runs at a time, and they alternate, so that no lasting change favours one of them.

pub mod joint;
mod machine;
pub mod pretraining;
mod report;
mod row;
mod theirs;

use std::path::Path;

use burn::tensor::Device;

/// What to measure, and how often.
pub struct Plan<'a> {
    /// Encoder folder.
    pub encoder: &'a Path,
    /// Annotated sentences or plain text.
    pub data: &'a Path,
    /// Sentences a step.
    pub batch: usize,
    /// Timed steps.
    pub steps: usize,
    /// Steps before them.
    pub warmup: usize,
    /// Repetitions.
    pub rounds: usize,
    /// A Python, perhaps with PyTorch.
    pub python: &'a str,
    /// What computes our side.
    pub device: Device,
    /// Its description.
    pub description: String,
    /// Threads of our side.
    pub workers: usize,
    /// Threads of PyTorch.
    pub threads: usize,
}

/// One timed piece of work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measure {
    /// Word-pieces, padding excluded.
    pub pieces: usize,
    /// Wall-clock time.
    pub seconds: f64,
    /// Largest resident set meanwhile, in bytes, where the system tells.
    pub peak: Option<u64>,
}
