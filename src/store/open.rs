//! Opening: from a folder to open trees, or to a sentence that says what to do.
//!
//! Nothing here repairs, and nothing is ever begun over something: what cannot be opened is left for a person to look at.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sled::{Db, Mode};

use super::flush;
use super::folder::{self, FORMAT, Stage};
use super::migrate;
use super::open_error::OpenError;
use super::records;
use super::table::{Table, VERSION_KEY};
use super::trees::{Trees, reason};
use crate::disk::{self, DiskError, Lock};

/// Where the store lies and how much memory it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// The folder, which belongs to the store alone; it is made if need be.
    pub path: PathBuf,
    /// How many bytes of records may stay in memory.
    pub cache_bytes: u64,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { path: PathBuf::from(".educa/data"), cache_bytes: 64 * 1024 * 1024 }
    }
}

/// A store that was opened. The lock must be dropped last.
pub(super) struct Opened {
    pub(super) trees: Trees,
    pub(super) db: Db,
    pub(super) lock: Lock,
}

/// Opens the store in a folder, and begins one if the folder is empty.
pub(super) fn open(config: &StoreConfig) -> Result<Opened, OpenError> {
    let path = &config.path;
    let lock = folder::lock(path)?;
    let stage = folder::inspect(path)?;
    folder::remove_torn(path)?;
    let (db, trees) = open_sled(config)?;
    match format_of(path, &trees)? {
        Some(format) => {
            folder::check_format(path, format)?;
            migrate::migrate(path, &db, &trees, format)?;
        }
        None if stage == Stage::Unfinished => begin(path, &trees)?,
        None => return Err(damaged(path, "its records are gone")),
    }
    make_durable(path, &db)?;
    if stage == Stage::Unfinished {
        folder::write_marker(path, Stage::Finished)?;
    }
    Ok(Opened { trees, db, lock })
}

/// How often to try, and how long to wait in between: two seconds in all.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);

pub(super) fn open_sled(config: &StoreConfig) -> Result<(Db, Trees), OpenError> {
    let path = &config.path;
    for _ in 0..TRIES {
        match try_sled(config) {
            Ok(Ok(opened)) => return Ok(opened),
            // We hold the folder, so this is a store that was just closed in this very process: sled's threads give its
            // file back a moment later.
            Ok(Err(sled::Error::Io(error))) if error.to_string().starts_with("could not acquire lock") => {
                thread::sleep(PAUSE);
            }
            Ok(Err(sled::Error::Io(source))) => {
                return Err(DiskError { verb: "open the store in", path: path.clone(), source }.into());
            }
            Ok(Err(error)) => return Err(damaged(path, &reason(&error))),
            Err(_panic) => return Err(damaged(path, "reading it led to a contradiction")),
        }
    }
    Err(OpenError::InUse { path: path.clone() })
}

/// Has sled open its files, on a thread of its own: it panics over some kinds of damage instead of reporting them.
fn try_sled(config: &StoreConfig) -> thread::Result<sled::Result<(Db, Trees)>> {
    let sled = sled::Config::new()
        .path(&config.path)
        .cache_capacity(config.cache_bytes)
        .mode(Mode::HighThroughput)
        // The committer flushes; a second flusher would only get into its way.
        .flush_every_ms(None);
    let opening = move || {
        let db = sled.open()?;
        let trees = Trees::open(&db)?;
        // The first look at the records belongs here as well, for the same reason.
        trees.tree(Table::Meta).get(VERSION_KEY)?;
        Ok((db, trees))
    };
    thread::spawn(opening).join()
}

fn format_of(path: &Path, trees: &Trees) -> Result<Option<u64>, OpenError> {
    let number = trees.tree(Table::Meta).get(VERSION_KEY).map_err(|error| damaged(path, &reason(&error)))?;
    let Some(number) = number else { return Ok(None) };
    let format = records::read_number("the version of the format", &number);
    format.map(Some).map_err(|error| damaged(path, &error.to_string()))
}

/// Writes the version, which makes trees a store; only into trees that hold nothing.
fn begin(path: &Path, trees: &Trees) -> Result<(), OpenError> {
    if !trees.are_empty() {
        return Err(damaged(path, "it has records, but not their version"));
    }
    let begun = trees.tree(Table::Meta).insert(VERSION_KEY, records::write_number(FORMAT));
    begun.map(|_| ()).map_err(|error| damaged(path, &reason(&error)))
}

/// Makes everything that opening wrote survive a power loss, the names in the folder too.
pub(super) fn make_durable(path: &Path, db: &Db) -> Result<(), OpenError> {
    let mut flush = flush::to_the_disk(path, db)?;
    flush().map_err(|reason| {
        let source = std::io::Error::other(reason);
        DiskError { verb: "flush the store in", path: path.to_owned(), source }
    })?;
    disk::sync_folder(path)?;
    Ok(())
}

fn damaged(path: &Path, reason: &str) -> OpenError {
    OpenError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &tempfile::TempDir) -> StoreConfig {
        StoreConfig { path: folder.path().to_owned(), cache_bytes: 8 * 1024 * 1024 }
    }

    fn put_version(folder: &tempfile::TempDir, version: Vec<u8>) {
        let Opened { lock: _lock, db, trees } = open(&config(folder)).expect("open");
        trees.tree(Table::Meta).insert(VERSION_KEY, version).expect("written");
        db.flush().expect("flushed");
    }

    #[test]
    fn the_records_themselves_can_say_that_they_are_newer() {
        let folder = tempfile::tempdir().expect("a folder");
        put_version(&folder, records::write_number(FORMAT + 1));
        assert!(matches!(open(&config(&folder)), Err(OpenError::Newer { found: 6, known: FORMAT, .. })));
    }

    #[test]
    fn a_version_that_is_none_is_damage() {
        let folder = tempfile::tempdir().expect("a folder");
        put_version(&folder, b"1".to_vec());
        assert!(matches!(open(&config(&folder)), Err(OpenError::Damaged { .. })));
    }

    #[test]
    fn a_store_cut_short_is_damage_and_no_panic() {
        let folder = tempfile::tempdir().expect("a folder");
        for _ in 0..2 {
            drop(open(&config(&folder)).expect("open"));
        }
        let records = folder.path().join(folder::RECORDS);
        let bytes = disk::read(&records).expect("read");
        for length in [1, 21, 100, 200] {
            disk::write(&records, &bytes[..length]).expect("written");
            let opened = open(&config(&folder)).map(|_| ());
            assert!(matches!(opened, Err(OpenError::Damaged { .. })), "{length}: {opened:?}");
        }
    }
}
