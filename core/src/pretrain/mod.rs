//! Pre-training on plain text (method §2.7, §3.6–3.7, §4): samples, network, and three objectives.
//!
//! In the order of a step: a [`sample`] of every sentence, a [`batch`] of them, the [`network`] over both
//! views, the objectives [`tbo`], [`spo`] and [`cspo`], whose sum is the [`loss`], and [`momentum`].

pub mod batch;
pub mod config;
pub mod cspo;
pub mod loss;
pub mod momentum;
pub mod network;
pub mod sample;
pub mod spo;
pub mod tbo;

pub use batch::PretrainBatch;
pub use config::ObjectiveConfig;
pub use loss::{PretrainLoss, ViewLoss, pretrain_loss};
pub use momentum::{KeyQueue, Keys, MomentumContrast};
pub use network::{PretrainModel, SpanPairNetwork};
