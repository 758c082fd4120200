//! Checkpoints of the paper's own code as runs, and back (method §3.8–3.9).

mod export;
mod import;

pub use export::{Exported, export};
pub use import::{Import, import};

/// Beside a checkpoint of a fine-tuned model: what its rows stand for.
const LABELS: &str = "labels.json";
