//! Model configuration (method §3, §8): one struct, saved beside the weights.

mod choice;
mod encoder;
mod model;
mod parameters;

pub use choice::{
    Calibration, ClsRepr, EmptySegment, NoneBias, PairActivation, Profile, RelationInput,
};
pub use encoder::EncoderConfig;
pub use model::ModelConfig;
