//! Invents inputs for `spanlight_fuzz::text`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::text(data));
