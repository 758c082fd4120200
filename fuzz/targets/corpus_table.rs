//! Invents inputs for `spanlight_fuzz::corpus_table`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::corpus_table(data));
