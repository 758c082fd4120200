//! Fine-tuning (method §5): from annotated sentences and an encoder to a run folder.

mod config;
mod data;
mod further;
mod run;
mod validation;

pub use config::{FinetuneConfig, PRESETS};
pub use run::finetune;
