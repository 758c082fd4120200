//! Fine-tuning (method §5): from annotated sentences and an encoder to a run folder.

mod config;
mod objective;
mod run;

pub use config::{FinetuneConfig, RECOMMENDED, REFERENCE, parse_lowercase, required};
pub use run::finetune;
