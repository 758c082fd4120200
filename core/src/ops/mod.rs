//! Building blocks of the model: selection of rows, linear layers, dense blocks, initial weights, dropout,
//! moving averages.

pub mod average;
pub mod dense;
pub mod init;
mod linear;
pub mod pass;
mod rows;

pub use dense::Dense;
pub use init::Init;
pub(crate) use init::layer_norm;
pub(crate) use linear::{linear, norm};
pub use pass::{Backward, Pass};
pub(crate) use rows::{indices, select_rows};
