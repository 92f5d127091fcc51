//! Why a store cannot be opened, in sentences that say what to do.

use std::path::PathBuf;

use crate::disk::DiskError;

/// Why a store could not be opened; none was begun in its place.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "another educa is using the store in {}; stop that one first, or choose another folder with --data",
        path.display()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// This version would not understand what it reads.
    #[error(
        "the store in {} was written by a newer version of educa (format {found}; this version knows {known}); update educa",
        path.display()
    )]
    Newer {
        /// The folder.
        path: PathBuf,
        /// The format that was found.
        found: u64,
        /// The newest format that this version knows.
        known: u64,
    },
    /// The folder belongs to something else.
    #[error(
        "{} is not a store of educa ({reason}); choose an empty folder, or one that does not exist yet, with --data",
        path.display()
    )]
    NotAStore {
        /// The folder.
        path: PathBuf,
        /// How one can tell.
        reason: String,
    },
    /// It is a store, but records are lost or illegible.
    #[error("the store in {} is damaged ({reason}); keep it aside, and put a backup in its place", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The database cannot be reached, or cannot be used as a store.
    #[error("the store in {place} cannot be opened: {reason}")]
    Database {
        /// Its address, without a password.
        place: String,
        /// What is in the way.
        reason: String,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}
