//! Building blocks of the model: selection of rows, linear layers, dense blocks, initial weights, dropout,
//! moving averages.

pub mod average;
pub mod dense;
mod gelu;
pub mod init;
pub(crate) mod int8;
mod linear;
pub mod pass;
mod rows;

pub use dense::Dense;
pub(crate) use gelu::gelu;
pub use init::Init;
pub(crate) use init::layer_norm;
pub use linear::Linear;
pub(crate) use linear::{linear, norm};
pub use pass::{Backward, Pass};
pub(crate) use rows::{indices, select_rows};
