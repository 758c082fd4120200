//! The program as a user runs it, on a tiny encoder and invented sentences.

mod bad_input;
mod resume;
mod shipped;
mod support;
mod whole_path;
