//! Into a store: from archives and dumps, and from a store into a smaller one.

use std::io::{BufRead, Read, Seek as _};
use std::path::{Path, PathBuf};

use super::archive::{ArchiveError, ArchiveReader, Summary};
use super::dump::{self, LoadError};
use super::export::ExportError;
use super::replacement::Replacement;
use crate::disk;
use crate::school::StoreError;
use crate::store::open::StoreConfig;
use crate::store::open_error::OpenError;
use crate::store::tables::Tables as _;
use crate::store::{SledStore, folder, indexes};

/// A store that could not be put in its place.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The place cannot be taken, or the disk failed.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The dump has mistakes.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store could not be written out.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// There is a store already, and nobody said that it may be replaced.
    #[error(
        "there is a store in {} already; say --replace to put it aside, or choose another folder with --data",
        path.display()
    )]
    Occupied {
        /// Where.
        path: PathBuf,
    },
}

/// What was put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many records.
    pub records: u64,
    /// Where the store is now that was there before.
    pub old: Option<PathBuf>,
}

/// What compacting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compaction {
    /// What the store holds.
    pub records: Summary,
    /// Bytes on disk before.
    pub before: u64,
    /// Bytes on disk now; as before, if a new store would have been no smaller.
    pub after: u64,
}

/// Puts the store of an archive in its place.
pub fn restore(config: &StoreConfig, archive: impl Read, replace: bool) -> Result<Restored, RestoreError> {
    let place = claim(config, replace)?;
    let records = fill(&place, archive)?;
    finish(config, place, records)
}

/// Makes the store of an archive, which is not in its place yet; returns how many records it has.
fn fill(place: &Replacement<'_>, archive: impl Read) -> Result<u64, RestoreError> {
    let mut archive = ArchiveReader::new(archive)?;
    folder::check_format(place.path(), archive.format)?;
    place.fill(|trees| {
        let mut n = 0;
        while let Some((table, key, value)) = archive.next()? {
            trees.put(table, &key, value)?;
            n += 1;
        }
        Ok(n)
    })
}

/// Puts the store of a dump in its place.
pub fn load(config: &StoreConfig, lines: impl BufRead, replace: bool) -> Result<Restored, RestoreError> {
    let place = claim(config, replace)?;
    let records = place.fill(|trees| -> Result<u64, RestoreError> {
        let n = dump::read(trees, lines)?;
        indexes::rebuild(trees)?;
        Ok(n)
    })?;
    finish(config, place, records)
}

/// Copies a store into a new one, and takes that if it is smaller.
pub fn compact(config: &StoreConfig) -> Result<Compaction, RestoreError> {
    let before = size(&config.path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(ExportError::from)?;
    let store = SledStore::open(config)?;
    let scratch = disk::scratch(&config.path).map_err(OpenError::from)?;
    let (records, mut scratch) = runtime.block_on(store.backup(scratch))?;
    drop(store);
    scratch.rewind().map_err(ExportError::from)?;
    let place = claim(config, true)?;
    let n_records = fill(&place, scratch)?;
    if size(&place.unfinished())? >= before {
        place.discard().map_err(OpenError::from)?;
        return Ok(Compaction { records, before, after: before });
    }
    if let Some(old) = finish(config, place, n_records)?.old {
        // The new one was opened: it is whole.
        disk::remove_folder(&old).map_err(OpenError::from)?;
    }
    Ok(Compaction { records, before, after: size(&config.path)? })
}

fn claim(config: &StoreConfig, replace: bool) -> Result<Replacement<'_>, RestoreError> {
    let place = Replacement::claim(config)?;
    match place.replaces && !replace {
        true => Err(RestoreError::Occupied { path: config.path.clone() }),
        false => Ok(place),
    }
}

fn finish(config: &StoreConfig, place: Replacement<'_>, records: u64) -> Result<Restored, RestoreError> {
    let old = place.put("before-restore").map_err(OpenError::from)?;
    // Brings it to our format, and shows that it can be opened.
    drop(SledStore::open(config)?);
    Ok(Restored { records, old })
}

fn size(folder: &Path) -> Result<u64, OpenError> {
    let (files, _) = disk::list_files(folder)?;
    Ok(files.iter().filter_map(|file| disk::stat(&file.path)).map(|stat| stat.size).sum())
}
