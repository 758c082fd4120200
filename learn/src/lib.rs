//! Training without files, threads or a clock, for the program and for a browser tab alike.
//!
//! In the order of a step: an [`Objective`] draws the sentences of the step and cuts them into
//! [chunks](mod@chunks); [`gradients`] sums the gradients of all chunks, which [`Workers`] may compute at
//! the same time; [`AdamW`] updates every parameter at the learning rate of its [group](Groups), times the
//! factor of the [`Schedule`]. [`Trainer`] makes one such step at a time and reports its losses; when to
//! stop, evaluate and save is the caller's decision. A [`Checkpoint`] packs a run as bytes.
//!
//! | objective | paper | module |
//! |---|---|---|
//! | joint fine-tuning | method §5 | [`finetune`] |
//! | pre-training (TBO, SPO, CSPO) | method §4 | [`pretrain`] |

mod adamw;
mod average;
mod checkpoint;
pub mod chunks;
mod error;
pub mod finetune;
mod gradients;
mod groups;
mod growth;
mod objective;
pub mod pretrain;
mod processor;
mod rates;
mod schedule;
mod settings;
mod trainer;
mod workers;

pub use adamw::{AdamW, AdamWConfig};
pub use average::Average;
pub use checkpoint::{Checkpoint, Difference, Origin, Progress, prefixed};
pub use error::{Error, Result};
pub use gradients::{StepGradients, gradients};
pub use groups::{Group, Groups, freeze};
pub use growth::extend;
pub use objective::{Objective, StepLoss};
pub use processor::Processor;
pub use rates::{EmbeddingRate, Rates};
pub use schedule::Schedule;
pub use settings::OptimizerConfig;
pub use trainer::{StepReport, Trainer};
pub use workers::{Job, Sequential, Workers, job};
