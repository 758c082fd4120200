//! Training that knows nothing of the model: chunks in parallel, clipping, AdamW, checkpoints.

mod adamw;
mod checkpoint;
mod cut;
mod driver;
mod freeze;
mod group;
mod objective;
mod parallel;
mod rates;
mod schedule;

pub use adamw::{AdamW, AdamWConfig};
pub use checkpoint::{Checkpoint, Progress, prefixed};
pub use cut::{Chunking, cut};
pub use driver::{Driver, Verdict};
pub use freeze::freeze;
pub use group::{Group, Groups};
pub use objective::Objective;
pub use parallel::gradients;
pub use rates::{EmbeddingRate, Rates};
pub use schedule::Schedule;
