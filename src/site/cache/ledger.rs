//! The ledger: what the last finished build left in `public/` and `private/`, and out of what.
//!
//! It is withdrawn before the first change and laid back after the last. So a build that died leaves none, and the next
//! one makes every file anew: the ledger can make a build slow, never wrong.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::course::{Encoding, Variant};
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::disk::Stat;
use crate::site::build::SchoolSize;
use crate::site::publish::CourseKeys;

/// What was published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// By path: `public/index.html`, `private/course/…`.
    pub files: HashMap<Arc<str>, Entry>,
    /// How the folders looked when all was in its place: one that looks the same holds nothing else.
    pub folders: HashMap<String, Stat>,
    /// The keys of each course's pages.
    pub courses: CourseKeys,
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
    /// Its compressed forms, each at the place of its encoding.
    pub forms: [Form; Encoding::ALL.len()],
}

/// What a build made of a compressed form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Nobody asked for it.
    #[default]
    Unasked,
    /// It would not be smaller.
    Useless,
    /// It lies beside the file.
    Made {
        /// Identity of its bytes.
        digest: Digest,
        /// Bytes.
        size: u64,
    },
}

impl Entry {
    /// The compressed forms that lie beside it.
    pub fn variants(&self) -> impl Iterator<Item = (Encoding, Variant)> {
        Encoding::ALL.into_iter().filter_map(|encoding| match self.forms[encoding.at()] {
            Form::Made { digest, size } => Some((encoding, Variant { digest, size })),
            Form::Unasked | Form::Useless => None,
        })
    }

    /// Bytes of the file and all its forms.
    pub fn bytes(&self) -> u64 {
        self.size + self.variants().map(|(_, variant)| variant.size).sum::<u64>()
    }
}

impl Ledger {
    /// All files it lists with their sizes, compressed forms among them.
    pub fn paths(&self) -> impl Iterator<Item = (Arc<str>, u64)> {
        self.files.iter().flat_map(|(path, entry)| {
            let forms = entry.variants().map(move |(encoding, variant)| (encoding.beside(path).into(), variant.size));
            std::iter::once((path.clone(), entry.size)).chain(forms)
        })
    }

    /// How many files it lists, compressed forms among them.
    pub fn n_files(&self) -> usize {
        self.files.values().map(|entry| 1 + entry.variants().count()).sum()
    }

    /// Whether a file and its forms are there, by what is.
    pub fn is_complete(&self, size: impl Fn(&str) -> Option<u64>) -> bool {
        self.files.iter().all(|(path, entry)| {
            let mut variants = entry.variants();
            size(path) == Some(entry.size)
                && variants.all(|(encoding, variant)| size(&encoding.beside(path)) == Some(variant.size))
        })
    }
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
