//! Tests of pre-training.

mod parity;
mod settings;
