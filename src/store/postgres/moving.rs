//! All records out of PostgreSQL, as of one moment, and into it, whole or not at all.
//!
//! What is read into a database is made into a store in a folder first, by the same code as always: mistakes are found before
//! anything is touched, and indexes are made where that is quick.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;

use sled::IVec;

use super::address::PostgresConfig;
use super::held::Held;
use super::link::Link;
use super::opening;
use super::postgres_store::{PostgresStore, aside};
use super::words::immovable;
use crate::disk;
use crate::school::StoreError;
use crate::store::backup::{self, ExportError, RestoreError, Summary};
use crate::store::folder::FORMAT;
use crate::store::open::{self, Opened, StoreConfig};
use crate::store::open_error::OpenError;
use crate::store::records::read_number;
use crate::store::table::{Table, VERSION_KEY};
use crate::store::tables::Tables as _;
use crate::store::trees::Trees;

/// What came of moving records into a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// How many records of the archive, or lines of the dump.
    pub records: u64,
    /// What the relation is called now that was there before.
    pub old: Option<String>,
}

/// How many records go in at a time.
const PART: usize = 1_000;

impl PostgresStore {
    /// Writes an archive of this moment; nobody waits for it.
    pub async fn backup<W: Write + Send + 'static>(&self, out: W) -> Result<(Summary, W), ExportError> {
        self.look(|held| backup::archive(held, out)).await
    }

    /// Writes a dump of this moment: JSON lines, see `docs/dump.md`. Nobody waits for it.
    pub async fn dump<W: Write + Send + 'static>(&self, out: W) -> Result<(u64, W), ExportError> {
        self.look(|held| backup::write_dump(held, out)).await
    }

    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Held) -> Result<T, ExportError> + Send + 'static,
    ) -> Result<T, ExportError> {
        let link = self.carrier.link.clone();
        let looking = tokio::task::spawn_blocking(move || look(&snapshot(&link)?));
        looking.await.unwrap_or_else(|_| Err(immovable("it was given up".to_owned()).into()))
    }
}

/// A transaction that sees one moment.
fn snapshot(link: &Link) -> Result<Held, StoreError> {
    let held = Held::connect(link).map_err(immovable)?;
    // Whoever takes the records may be slow.
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0";
    held.run(begin).map_err(immovable)?;
    let version = held.get(Table::Meta, VERSION_KEY)?.map(|number| read_number("the version of the format", &number));
    match version.transpose()? {
        Some(FORMAT) => Ok(held),
        _ => Err(immovable("the store is in the format of another version of educa".to_owned())),
    }
}

/// Puts the records of a dump into a database.
pub fn load(config: &PostgresConfig, lines: impl BufRead + Send, replace: bool) -> Result<Moved, RestoreError> {
    move_in(config, replace, |folder| Ok(backup::load(folder, lines, false)?.records))
}

/// Puts the records of an archive into a database.
pub fn restore(config: &PostgresConfig, archive: impl Read + Send, replace: bool) -> Result<Moved, RestoreError> {
    move_in(config, replace, |folder| Ok(backup::restore(folder, archive, false)?.records))
}

/// Has a store made in a folder that is gone afterwards, and copies it.
fn move_in(
    config: &PostgresConfig,
    replace: bool,
    make: impl FnOnce(&StoreConfig) -> Result<u64, RestoreError> + Send,
) -> Result<Moved, RestoreError> {
    let link = Link::new(config)?;
    aside(|| {
        let held = Held::connect(&link).map_err(|reason| OpenError::Database { place: link.place.clone(), reason })?;
        let scratch = disk::scratch_folder().map_err(OpenError::from)?;
        let folder = StoreConfig { path: scratch.path().join("store"), ..StoreConfig::default() };
        let records = make(&folder)?;
        let Opened { lock: _lock, trees, db: _db } = open::open(&folder)?;
        let old = take_place(&held, &link, replace)?;
        copy(&held, &trees)?;
        held.run("COMMIT").map_err(immovable)?;
        Ok(Moved { records, old })
    })
}

/// Begins a transaction with an empty relation; returns what the one is called now that was there before.
fn take_place(held: &Held, link: &Link, replace: bool) -> Result<Option<String>, RestoreError> {
    opening::begin(held).map_err(immovable)?;
    if opening::shape(held).map_err(immovable)?.is_none() {
        opening::create(held).map_err(immovable)?;
        return Ok(None);
    }
    if !opening::has_records(held).map_err(immovable)? {
        return Ok(None);
    }
    if !replace {
        return Err(RestoreError::Occupied { path: PathBuf::from(&link.place) });
    }
    let old = free_name(held).map_err(immovable)?;
    held.run(&format!("ALTER TABLE educa_records RENAME TO {old}")).map_err(immovable)?;
    opening::create(held).map_err(immovable)?;
    Ok(Some(old))
}

/// Such as `educa_records_before_restore_2`.
fn free_name(held: &Held) -> Result<String, String> {
    for n in 1.. {
        let name = format!("educa_records_before_restore_{n}");
        if held.rows("SELECT 1 WHERE to_regclass($1) IS NOT NULL", &[&name])?.is_empty() {
            return Ok(name);
        }
    }
    Err("no name is free".to_owned())
}

fn copy(held: &Held, trees: &Trees) -> Result<(), StoreError> {
    let mut part = Vec::with_capacity(PART);
    for table in Table::ALL {
        trees.each(*table, |key, record| {
            part.push((*table, IVec::from(key), IVec::from(record)));
            if part.len() < PART {
                return Ok(());
            }
            let sent = held.put_all(&part).map_err(immovable);
            part.clear();
            sent
        })?;
    }
    held.put_all(&part).map_err(immovable)
}
