//! Model configuration (method §3, §6, §8): what determines a model's shape and arithmetic, and how
//! its output becomes decisions.

mod decoding;
mod encoder;
mod model;

pub use decoding::{Calibration, Decoding};
pub use encoder::EncoderConfig;
pub use model::{ClsRepr, EmptySegment, ModelConfig, ModelSettings, PairActivation, RelationInput};
