//! Invents inputs for `spanlight_fuzz::annotations`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::annotations(data));
