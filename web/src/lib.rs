#![recursion_limit = "256"]
//! Spanlight in the browser: text in, entities and relations out, on WebGPU or the processor.

mod adapter;
mod constructors;
mod device;
mod extractor;
mod gold;
mod host;
mod journal;
mod loading;
mod progress;
mod scoring;
mod types;

pub use extractor::Extractor;
pub use gold::read_gold;
