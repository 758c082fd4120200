//! Invents inputs for `spanlight_fuzz::tokenizer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::tokenizer(data));
