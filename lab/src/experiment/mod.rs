//! Experiments (method §9): a grid of initialisations or ablations × shares of the training data × seeds, read
//! from a TOML file. The grid runs cell by cell and continues where it stopped.
//!
//! | in the output folder | content |
//! |---|---|
//! | `plans/NAME.json` | the cells of the grid NAME, in order, with the errors of cells that cannot run |
//! | `cells/VARIANT-PERCENT-SEED-ID` | the run of a cell; a finished cell has a `result.json` |
//! | `pretrainings/NAME-ID` | a pre-training that cells share; a finished one has a `done.json` |
//! | `events.jsonl` | the events of the experiment |
//!
//! A cell's ID is a hash of its effective settings and of the content of its data and encoder. Grids with the same
//! output folder thus share cells, and a changed setting makes a new cell.

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
