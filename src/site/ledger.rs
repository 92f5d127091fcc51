//! The ledger: what the last finished build left in `public/` and `private/`, and out of what.
//!
//! It is withdrawn before the first change and laid back after the last. So a build that died leaves none, and the next
//! one makes every file anew: the ledger can make a build slow, never wrong.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::build::SchoolSize;
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::disk::Stat;

/// What was published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// By path: `public/index.html`, `private/course/…`.
    pub files: HashMap<String, Entry>,
    /// How the folders looked when all was in its place: one that looks the same holds nothing else.
    pub folders: HashMap<String, Stat>,
    /// What all of it was made of.
    pub made_of: Option<MadeOf>,
}

/// A published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Identity of what it was made of.
    pub key: Digest,
    /// Identity of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
}

/// What a build was made of, and what there was to say about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MadeOf {
    /// Identity of everything that goes into a build.
    pub inputs: Digest,
    /// Identity of the catalog's bytes.
    pub catalog: Digest,
    /// The moment from which on the same inputs give another school: the next `publish_on`.
    pub until: Option<Timestamp>,
    /// What was said; no error is among it.
    pub said: Diagnostics,
    /// What the school consists of.
    pub size: SchoolSize,
}
