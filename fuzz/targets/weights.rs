//! Invents inputs for `spanlight_fuzz::weights`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::weights(data));
