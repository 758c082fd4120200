//! The program as a user runs it, on a tiny encoder and invented sentences.

mod bad_input;
mod bench;
mod calibrate;
mod comparison;
mod corpus;
mod experiment;
mod labelling;
mod learning;
mod mean;
mod mixing;
mod pretrain;
mod pspe;
mod resume;
mod schedule;
mod share;
mod shipped;
mod start;
mod support;
mod whole_path;
