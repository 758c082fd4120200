//! Invents inputs for `spanlight_fuzz::pspe`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::pspe(data));
