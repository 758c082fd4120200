//! The class `Extractor` as JavaScript sees it, a tiny model, and helpers.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses its own part"
)]

mod surface;
mod tiny;

pub use surface::*;
pub use tiny::{SENTENCE, Tiny};
