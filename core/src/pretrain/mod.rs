//! Pre-training of the encoders on text without annotations (method §2.7, §3.6, §3.7, §4).

pub mod sample;
