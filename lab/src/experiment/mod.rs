//! Experiments as data (method §9): a grid of initialisation × ablation × share of the training
//! data × seed, read from a TOML file, runs cell by cell and goes on where it stopped.
//!
//! | in the output folder | what |
//! |---|---|
//! | `plans/NAME.json` | the cells of the grid NAME, in order, with the errors of those that failed |
//! | `cells/VARIANT-PERCENT-SEED-ID` | the run of a cell; finished when it has a `result.json` |
//! | `pretrainings/NAME-ID` | a pre-training that cells share; finished when it has a `done.json` |
//! | `events.jsonl` | what happened |
//!
//! A cell's ID is a hash of its effective settings and of the content of its data and encoder, so
//! grids with the same output folder share their cells, and a changed setting makes a new one.

mod cell;
mod check;
mod checksum;
mod grid;
mod identity;
mod measure;
mod plan;
mod pretraining;
mod run;
mod runner;
#[cfg(test)]
mod shipped;
mod trial;
mod variables;

pub use cell::percent;
pub use checksum::Checksums;
pub use grid::Grid;
pub use measure::Outcome;
#[cfg(test)]
pub use measure::Split;
pub use plan::{Plan, Planned, State};
pub use runner::run;
