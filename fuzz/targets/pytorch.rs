//! Invents inputs for `spanlight_fuzz::pytorch`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::pytorch(data));
