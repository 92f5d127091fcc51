//! Encodings: the compressed forms in which a file may lie beside its own.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;

/// A way to compress a file, known to builds, servers and browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Brotli, RFC 7932.
    Brotli,
    /// Zstandard, RFC 8878.
    Zstandard,
    /// Gzip, RFC 1952.
    Gzip,
}

/// A text that names no [`Encoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the compressed forms are br, gz and zst")]
pub struct NotAnEncoding;

/// A compressed form of a published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// The identity of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
}

/// The compressed forms of a file, each at the place of its encoding.
pub type Variants = [Option<Variant>; Encoding::ALL.len()];

impl Encoding {
    /// All, the one that is usually smallest first.
    pub const ALL: [Self; 3] = [Self::Brotli, Self::Zstandard, Self::Gzip];

    /// The place in tables that have one entry for each.
    pub fn at(self) -> usize {
        self as usize
    }

    /// What is added to the file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstandard => "zst",
            Self::Gzip => "gz",
        }
    }

    /// How HTTP calls it.
    pub fn coding(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstandard => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// The path of the form that lies beside the file at `path`.
    pub fn beside(self, path: &str) -> String {
        format!("{path}.{}", self.ending())
    }
}

impl FromStr for Encoding {
    type Err = NotAnEncoding;

    fn from_str(text: &str) -> Result<Self, NotAnEncoding> {
        Self::ALL.into_iter().find(|encoding| encoding.ending() == text).ok_or(NotAnEncoding)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.ending())
    }
}
