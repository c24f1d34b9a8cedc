#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wasmoscope_fuzz::targets::run("requests", input));
