#![recursion_limit = "256"]
//! Spanlight's model: joint entity and relation extraction by a sentence encoder, a span encoder
//! and a span-pair encoder.

mod affine;
pub mod average;
pub mod batch;
pub mod bert;
pub mod bundle;
pub mod calibration;
pub mod case;
pub mod config;
pub mod context;
pub mod dense;
pub mod document;
pub mod error;
pub mod evaluate;
pub mod extract;
pub mod init;
pub mod joint;
pub mod loss;
pub mod model;
pub mod noise;
pub mod pair;
pub mod predict;
pub mod pretrain;
pub mod readback;
mod rows;
pub mod schema;
pub mod score;
pub mod span;
pub mod tagger;
pub mod text;
pub mod weights;
pub mod wordpiece;

pub use config::{ModelConfig, Profile};
pub use error::{Error, Result};
pub use model::JointModel;
pub use schema::Schema;
