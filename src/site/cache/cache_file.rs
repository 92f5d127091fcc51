//! Files of the build's own: what it remembers between two runs.
//!
//! Each carries the name of the program that wrote it and the digest of its bytes. One of another program, or one that
//! is damaged, counts as none: it makes a build slow, never wrong.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;
use crate::disk::{self, DiskError};

/// What a file of the cache turned out to be.
#[derive(Debug)]
pub enum Loaded<T> {
    /// There is none.
    Missing,
    /// Another educa wrote it, or it is not what was written.
    Unusable,
    /// As it was saved.
    Value(T),
}

/// The digests of the program and of the payload stand before it.
const HEAD: usize = 64;

/// Reads what [`save`] wrote.
pub fn load<T: DeserializeOwned>(path: &Path, program: &str) -> Result<Loaded<T>, DiskError> {
    let Some(bytes) = disk::read_if_there(path)? else { return Ok(Loaded::Missing) };
    let Some((head, payload)) = bytes.split_at_checked(HEAD) else { return Ok(Loaded::Unusable) };
    if head != self::head(program, payload) {
        return Ok(Loaded::Unusable);
    }
    Ok(postcard::from_bytes(payload).map_or(Loaded::Unusable, Loaded::Value))
}

/// Writes a value for the next run of the same program.
pub fn save<T: Serialize>(path: &Path, program: &str, value: &T) -> Result<(), DiskError> {
    let payload = postcard::to_allocvec(value).expect("plain texts and numbers always serialize");
    let mut bytes = head(program, &payload);
    bytes.extend_from_slice(&payload);
    disk::write(path, &bytes)
}

fn head(program: &str, payload: &[u8]) -> Vec<u8> {
    [*Digest::of(program.as_bytes()).as_bytes(), *Digest::of(payload).as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_same_program_wrote_whole_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cache");
        let load = |program| load::<Vec<String>>(&path, program).expect("read");
        assert!(matches!(load("one"), Loaded::Missing));
        save(&path, "one", &vec!["a".to_owned()]).expect("saved");
        assert!(matches!(load("one"), Loaded::Value(value) if value == ["a"]));
        assert!(matches!(load("two"), Loaded::Unusable));
        let mut bytes = disk::read(&path).expect("read");
        *bytes.last_mut().expect("not empty") ^= 1;
        disk::write(&path, &bytes).expect("written");
        assert!(matches!(load("one"), Loaded::Unusable));
        disk::write(&path, b"short").expect("written");
        assert!(matches!(load("one"), Loaded::Unusable));
    }
}
