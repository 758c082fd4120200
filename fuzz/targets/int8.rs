//! Invents inputs for `spanlight_fuzz::int8`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::int8(data));
