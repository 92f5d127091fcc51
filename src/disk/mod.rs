//! The disk: the only room that calls `std::fs`.
//!
//! Every error names the path and what was tried. A write is whole or absent: bytes go to a temporary file on the same
//! file system, which is then renamed over the target. Nothing here knows what the files mean.

mod error;
mod stat;
mod listing;
mod files;
mod staging;
mod pack;
mod lock;
#[cfg(test)]
mod seeds;

pub use error::DiskError;
#[cfg(unix)]
pub use files::make_private;
pub use files::{
    OpenFile, TEMPORARY_PREFIX, canonical, copy, create_folder, digest, exists, is_folder, list_folder, modified, open,
    read, read_first_line, read_if_there, remove_empty_folders, remove_file, remove_folder, rename, scratch,
    scratch_folder, stat, sync_folder, write, write_new, write_pieces, write_private, write_secret,
};
pub use listing::{Entry, list_below, list_files};
pub use lock::{Lock, lock, try_lock};
pub use pack::Pack;
#[cfg(test)]
pub use seeds::each_seed;
pub use staging::{Staged, Staging};
pub use stat::Stat;
