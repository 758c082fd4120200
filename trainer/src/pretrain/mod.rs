//! Pre-training (method §4): from plain text and an encoder to a run folder.

mod config;
mod run;
mod schedule;
mod setup;
#[cfg(test)]
mod tests;
mod text;

pub use config::{PRESETS, PretrainConfig};
pub use run::pretrain;
pub use setup::Setup;
pub use text::loader;
