#![no_main]
use std::sync::Arc;

use educa::school::Store;
use educa::store::MemoryStore;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    educa::server::fuzzing::sockets(|| -> Arc<dyn Store> { Arc::new(MemoryStore::new()) }, bytes);
});
