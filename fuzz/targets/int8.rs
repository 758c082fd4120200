#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spanlight_fuzz::int8(data));
