//! Into a store: from archives and dumps, and from a store into a smaller one.

use std::io::{BufRead, Read, Seek as _};
use std::path::PathBuf;

use super::archive::{ArchiveError, ArchiveReader, Summary};
use super::dump::{self, LoadError};
use super::export::ExportError;
use super::replacement::Replacement;
use crate::disk;
use crate::school::StoreError;
use crate::store::folder;
use crate::store::open::StoreConfig;
use crate::store::open_error::OpenError;
use crate::store::{SledStore, indexes};

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

/// Puts the store of an archive in its place.
pub fn restore(config: &StoreConfig, archive: impl Read, replace: bool) -> Result<Restored, RestoreError> {
    let place = claim(config, replace)?;
    let mut archive = ArchiveReader::new(archive)?;
    folder::check_format(&config.path, archive.format)?;
    let records = place.fill(|trees| -> Result<u64, RestoreError> {
        let mut n = 0;
        while let Some((table, key, value)) = archive.next()? {
            trees.put(table, &key, value)?;
            n += 1;
        }
        Ok(n)
    })?;
    finish(config, place, records)
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

/// Copies a store into a new one, which is as small as its records allow; returns the bytes on disk before and after.
pub fn compact(config: &StoreConfig) -> Result<(u64, u64), RestoreError> {
    let before = size(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(ExportError::from)?;
    let store = SledStore::open(config)?;
    let scratch = disk::scratch(&config.path).map_err(OpenError::from)?;
    let (_summary, mut scratch): (Summary, _) = runtime.block_on(store.backup(scratch))?;
    drop(store);
    scratch.rewind().map_err(ExportError::from)?;
    if let Some(old) = restore(config, scratch, true)?.old {
        // The new one was opened: it is whole.
        disk::remove_folder(&old).map_err(OpenError::from)?;
    }
    Ok((before, size(config)?))
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

fn size(config: &StoreConfig) -> Result<u64, OpenError> {
    let (files, _) = disk::list_files(&config.path)?;
    Ok(files.iter().filter_map(|file| disk::stat(&file.path)).map(|stat| stat.size).sum())
}
