//! Fine-tuning (method §5): from annotated sentences and an encoder to a run folder.

mod config;
mod objective;
mod run;

pub use config::{EmbeddingRate, FinetuneConfig, REFERENCE};
pub use run::{Place, finetune};
