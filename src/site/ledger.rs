//! The ledger: what the last finished build left in `public/` and `private/`.
//!
//! It is withdrawn before the first write and laid back after the last. So a build that died leaves none, and the next
//! one writes every file anew: the ledger can make a build slow, never wrong.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::disk::{self, DiskError};

/// Grows with every change of the format; a ledger of another version counts as none.
const VERSION: u32 = 1;

const FILE: &str = "ledger.json";

/// Digests by path: `public/index.html`, `private/course/…`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(pub BTreeMap<String, Digest>);

#[derive(Serialize, Deserialize)]
struct LedgerFile {
    version: u32,
    files: BTreeMap<String, String>,
}

impl Ledger {
    /// Reads it; one that is missing, damaged or of another version is empty.
    pub fn load(state: &Path) -> Result<Self, DiskError> {
        let Some(bytes) = disk::read_if_there(&state.join(FILE))? else { return Ok(Self::default()) };
        let file = serde_json::from_slice::<LedgerFile>(&bytes).ok().filter(|file| file.version == VERSION);
        let Some(file) = file else { return Ok(Self::default()) };
        Ok(Self(file.files.into_iter().filter_map(|(path, digest)| Some((path, digest.parse().ok()?))).collect()))
    }

    /// Takes it away, before the first write.
    pub fn withdraw(state: &Path) -> Result<(), DiskError> {
        disk::remove_file(&state.join(FILE))
    }

    /// Lays it back, after the last write.
    pub fn save(&self, state: &Path) -> Result<(), DiskError> {
        let files = self.0.iter().map(|(path, digest)| (path.clone(), digest.to_string())).collect();
        let file = LedgerFile { version: VERSION, files };
        let bytes = serde_json::to_vec(&file).expect("plain strings and numbers always serialize");
        disk::write(&state.join(FILE), &bytes)
    }
}
