//! Pre-training on plain text (method §2.7, §3.6–3.7, §4): samples, network, and three objectives.
//!
//! In the order of a step: a [`sample`] of every sentence, a [`batch`](PretrainBatch) of them, the
//! [`network`](SpanPairNetwork) over both views, and the [`loss`](pretrain_loss).

pub mod batch;
pub mod boundary;
pub mod config;
pub mod contrast;
pub mod loss;
pub mod model;
pub mod network;
pub mod permutation;
pub mod projection;
pub mod queue;
pub mod sample;

pub use batch::PretrainBatch;
pub use config::ObjectiveConfig;
pub use loss::{Keys, PretrainLoss, pretrain_loss};
pub use model::PretrainModel;
pub use network::SpanPairNetwork;
pub use queue::KeyQueue;
