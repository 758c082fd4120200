//! Imports and exports checkpoints of the paper's own code (method §3.8–3.9).

mod export;
mod import;

pub use export::{Exported, export};
pub use import::{Import, import};

/// Name of the file beside a fine-tuned checkpoint that holds the order of its labels.
const LABELS: &str = "labels.json";
