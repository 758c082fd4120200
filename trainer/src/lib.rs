#![recursion_limit = "256"]
//! Trains, evaluates, runs and exports joint entity and relation extraction models.
//!
//! The program `spanlight` is [`cli::main`]; the rest is what it is made of, for programs that do
//! more with the same runs, such as `lab` with its grids of experiments.
//!
//! | task | modules |
//! |---|---|
//! | read and write | [`data`] (annotations), [`corpus`] (plain text), [`encoder`], [`model`], [`store`] (runs) |
//! | train | [`pretrain`] and [`finetune`], both by the step loop in [`train`] |
//! | use | [`inference`], [`evaluation`], [`predictions`] |
//! | tell | [`event`]s go to [`sinks`]: terminal, file, chart |

pub mod basis;
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
pub mod growth;
pub mod inference;
pub mod interrupt;
mod line;
pub mod model;
pub mod place;
pub mod predictions;
pub mod pretrain;
mod pspe;
pub mod settings;
pub mod sinks;
pub mod store;
pub mod train;
mod transfer;
mod vocabulary;

pub use error::{Error, Result};
