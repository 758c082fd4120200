//! The program as a user runs it, on a tiny encoder and invented sentences.

mod bad_input;
mod calibrate;
mod corpus;
mod learning;
mod output;
mod pretrain;
mod pspe;
mod resume;
mod schedule;
mod share;
mod shipped;
mod start;
mod support;
mod whole_path;
