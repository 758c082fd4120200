//! Training that knows nothing of the model: chunks in parallel, clipping, AdamW, checkpoints.

mod adamw;
mod checkpoint;
mod driver;
mod group;
mod objective;
mod parallel;
mod schedule;

pub use adamw::{AdamW, AdamWConfig};
pub use checkpoint::{Checkpoint, Progress};
pub use driver::{Driver, Verdict};
pub use group::{Group, Groups};
pub use objective::Objective;
pub use schedule::Schedule;
