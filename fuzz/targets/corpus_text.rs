//! Invents inputs for `spanlight_fuzz::corpus_text`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::corpus_text(data));
