//! Runs `lab` on a tiny encoder and invented sentences.

mod bench;
#[cfg(target_os = "linux")]
mod commands;
mod comparison;
#[cfg(target_os = "linux")]
mod crash;
#[cfg(target_os = "linux")]
mod disk;
mod experiment;
mod labelling;
mod mean;
mod mixing;
