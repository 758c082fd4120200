//! Fine-tuning (method §5): from annotated sentences and an encoder to a run folder.

mod average;
mod config;
mod example;
mod objective;
mod run;
mod selection;
mod setup;

pub use config::{FinetuneConfig, RECOMMENDED, REFERENCE};
pub use run::finetune;
