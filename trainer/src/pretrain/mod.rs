//! Pre-training (method §4): from plain text and an encoder to a run folder.

mod config;
mod contrast;
mod objective;
mod run;

pub use config::{PretrainConfig, REFERENCE};
pub use run::pretrain;
