//! Fine-tuning (method §5): from annotated sentences and an encoder to a run folder.

mod annotated;
mod average;
mod config;
mod example;
mod keeper;
mod objective;
mod run;
mod selection;
mod setup;

pub use config::{FinetuneConfig, PRESETS};
pub use run::finetune;
