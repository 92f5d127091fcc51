//! Migrations: from the format of an earlier educa to ours, step by step.
//!
//! The marker of the folder says the new format before the first change, so that an older educa does not take a store that
//! is half way for one of its own; the records say it after the last. A step that was interrupted begins again, and must
//! come to the same end.

use std::path::Path;

use sled::Db;

use super::folder::{self, FORMAT, Stage};
use super::indexes;
use super::open_error::OpenError;
use super::records::write_number;
use super::table::{Table, VERSION_KEY};
use super::tables::Tables;
use super::trees::{Trees, reason};
use crate::school::StoreError;

/// Brings a store from a format to ours.
pub(super) fn migrate(path: &Path, db: &Db, trees: &Trees, from: u64) -> Result<(), OpenError> {
    if from == FORMAT {
        return Ok(());
    }
    tracing::info!(from, to = FORMAT, "the store is brought to this version's format");
    folder::write_marker(path, Stage::Finished)?;
    let migrated = steps(trees, from).and_then(|()| {
        db.flush().map_err(failed)?;
        trees.tree(Table::Meta).insert(VERSION_KEY, write_number(FORMAT)).map_err(failed)
    });
    // Made durable by who opens the store, before anything else is written.
    migrated.map(|_| ()).map_err(|error| OpenError::Damaged { path: path.to_owned(), reason: error.to_string() })
}

/// The steps from a format to ours.
pub(super) fn steps(tables: &impl Tables, from: u64) -> Result<(), StoreError> {
    if from < 2 {
        // What names look like, whose an address is, the sessions of an account, the people of a course.
        indexes::of_accounts(tables)?;
        indexes::of_sessions(tables)?;
        indexes::of_seats(tables)?;
    }
    // From 2 to 3 there is nothing to do: accounts can be disabled, which their records say once they are written again.
    // The number keeps an older educa, to which such a record is damage, from opening the store.
    // From 3 to 4 neither: API tokens lie in tables of their own, which are made when they are first looked at. The number
    // keeps out an educa that would take an account's events about them for damage, and back it up without them.
    // From 4 to 5 neither: an entry of a room may say what was done to another one; mutes, reports, read marks, digests and
    // what students have done have tables of their own.
    Ok(())
}

fn failed(error: sled::Error) -> StoreError {
    StoreError::Failed { doing: "bring the store to this version's format", reason: reason(&error) }
}
