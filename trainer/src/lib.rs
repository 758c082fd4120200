#![recursion_limit = "256"]
//! Trains, evaluates, runs and exports joint entity and relation extraction models.
//!
//! The program `spanlight` is [`cli::main`]. The other modules also serve programs that do more with
//! the same runs, such as `lab`, which runs grids of experiments.
//!
//! | task | modules |
//! |---|---|
//! | read and write | [`data`] (annotations), [`corpus`] (plain text), [`encoder`], [`model`], [`store`] (runs), [`output`] (files of commands) |
//! | train | [`pretrain`] and [`finetune`], which drive the crate `spanlight_learn` on a [`machine`] |
//! | use | [`evaluation`], [`predictions`] |
//! | report | [`event`]s of a run go to [`sinks`]: the terminal, a file, a chart |

mod calibration;
pub mod cli;
pub mod corpus;
pub mod data;
pub mod device;
pub mod encoder;
mod error;
pub mod evaluation;
pub mod event;
pub mod finetune;
pub mod interrupt;
pub mod machine;
pub mod model;
pub mod model_spec;
pub mod output;
pub mod panics;
pub mod predictions;
pub mod pretrain;
mod pspe;
pub mod run;
pub mod settings;
pub mod sinks;
mod start;
pub mod store;
pub mod threads;
mod vocabulary;

pub use error::{Error, Fatal, Result};
