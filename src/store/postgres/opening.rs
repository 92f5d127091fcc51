//! Opening: from an address to a relation in our format, made if there is none.
//!
//! Processes that start together take turns by an advisory lock. The turn of writers is another such lock, one for each
//! schema, so that schools in one database do not wait for each other. `LOCK TABLE` would serve as well, but vacuum would
//! have to give way to every batch.

use std::path::Path;

use super::held::Held;
use super::link::Link;
use super::statements;
use crate::store::folder::{self, FORMAT};
use crate::store::migrate;
use crate::store::open_error::OpenError;
use crate::store::records::{read_number, write_number};
use crate::store::table::{Table, VERSION_KEY};
use crate::store::tables::Tables as _;

/// The lock of who makes or replaces a relation: "educa" in ASCII, and nothing.
const MAKING: i64 = 0x6564_7563_6100_0000;

/// The locks of those who write: this, and the number of a schema, which has 32 bits.
const WRITING: i64 = 0x6564_7500_0000_0000;

/// The columns of the relation, as the catalog says them.
const COLUMNS: &str = "tree text, key bytea, record bytea";

/// The lock of the relation's schema, and its columns.
const SHAPE: &str = "SELECT c.relnamespace::int8, string_agg(a.attname || ' ' || format_type(a.atttypid, NULL), ', ' ORDER BY a.attnum) \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     WHERE c.oid = to_regclass('educa_records') GROUP BY 1";

/// An open relation.
pub struct Opened {
    /// The connection that opened it.
    pub held: Held,
    /// The lock of who writes.
    pub lock: i64,
}

/// Opens the relation, and makes one if there is none.
pub fn open(link: &Link) -> Result<Opened, OpenError> {
    let failed = |reason| OpenError::Database { place: link.place.clone(), reason };
    let held = Held::connect(link).map_err(failed)?;
    begin(&held).map_err(failed)?;
    let lock = match shape(&held).map_err(failed)? {
        Some(lock) => lock,
        None => create(&held).map_err(failed)?,
    };
    bring_to_our_format(&held, link)?;
    held.run("COMMIT").map_err(failed)?;
    warn_if_not_durable(&held, link).map_err(failed)?;
    Ok(Opened { held, lock })
}

/// Begins a transaction in which nobody else makes, replaces or opens a relation.
pub fn begin(held: &Held) -> Result<(), String> {
    held.run(&format!("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock({MAKING})"))
}

/// Finds the relation, and keeps everybody from writing to it until the transaction ends; returns their lock.
pub fn shape(held: &Held) -> Result<Option<i64>, String> {
    let rows = held.rows(SHAPE, &[])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let columns: String = row.get(1);
    if columns != COLUMNS {
        return Err(format!("its relation educa_records is somebody else's: it has the columns {columns}"));
    }
    let lock = WRITING + row.get::<_, i64>(0);
    held.rows("SELECT pg_advisory_xact_lock($1)", &[&lock])?;
    Ok(Some(lock))
}

/// Makes the relation, in the first schema of the search path.
pub fn create(held: &Held) -> Result<i64, String> {
    held.run(statements::CREATE)?;
    shape(held)?.ok_or_else(|| "the relation educa_records was made, but is not there".to_owned())
}

/// Whether the relation holds anything.
pub fn has_records(held: &Held) -> Result<bool, String> {
    Ok(!held.rows("SELECT 1 FROM educa_records LIMIT 1", &[])?.is_empty())
}

fn bring_to_our_format(held: &Held, link: &Link) -> Result<(), OpenError> {
    let place = Path::new(&link.place);
    let failed =
        |error: crate::school::StoreError| OpenError::Damaged { path: place.into(), reason: error.to_string() };
    let from = match held.get(Table::Meta, VERSION_KEY).map_err(failed)? {
        Some(number) => read_number("the version of the format", &number).map_err(failed)?,
        None if has_records(held).map_err(|reason| OpenError::Database { place: link.place.clone(), reason })? => {
            return Err(OpenError::Damaged {
                path: place.into(),
                reason: "it has records, but not their version".into(),
            });
        }
        None => return held.put(Table::Meta, VERSION_KEY, write_number(FORMAT)).map_err(failed),
    };
    folder::check_format(place, from)?;
    if from < FORMAT {
        tracing::info!(from, to = FORMAT, "the store is brought to this version's format");
        migrate::steps(held, from).map_err(failed)?;
        held.put(Table::Meta, VERSION_KEY, write_number(FORMAT)).map_err(failed)?;
    }
    Ok(())
}

/// What the database promises can be no more than it was told to promise.
fn warn_if_not_durable(held: &Held, link: &Link) -> Result<(), String> {
    for setting in ["fsync", "full_page_writes"] {
        let rows = held.rows("SELECT current_setting($1)", &[&setting])?;
        if rows.first().is_some_and(|row| row.get::<_, &str>(0) == "off") {
            tracing::warn!("{} has {setting} turned off: a power loss may take what was answered", link.place);
        }
    }
    Ok(())
}
