#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| educa::store::fuzzing::archives(bytes));
