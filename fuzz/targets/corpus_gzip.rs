//! Invents inputs for `spanlight_fuzz::corpus_gzip`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::corpus_gzip(data));
