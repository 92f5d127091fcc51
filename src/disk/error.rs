//! What a failed file operation says.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file operation that failed, with what was tried and on which path.
#[derive(Debug)]
pub struct DiskError {
    /// What was tried: "read", "write", "remove" ….
    pub verb: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.verb, self.path.display(), plain(&self.source))
    }
}

/// Without a source: the sentence has the system's words in it, and whoever prints all causes must not say them twice.
impl std::error::Error for DiskError {}

impl DiskError {
    /// Whether the path does not exist.
    pub fn is_missing(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }

    /// What the system said, for a sentence that names the file itself.
    pub fn reason(&self) -> String {
        plain(&self.source)
    }
}

/// The system's words without Rust's "(os error N)".
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

/// Makes the error of an operation on a path.
pub(super) fn failed<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> DiskError + 'a {
    move |source| DiskError { verb, path: path.to_owned(), source }
}
