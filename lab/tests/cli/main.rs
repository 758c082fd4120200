//! Runs `lab` on a tiny encoder and invented sentences.

mod bench;
mod comparison;
mod experiment;
mod labelling;
mod mean;
mod mixing;
