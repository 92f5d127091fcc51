//! Migrations: from the format of an earlier educa to ours, step by step.
//!
//! The marker of the folder says the new format before the first change, so that an older educa does not take a store that
//! is half way for one of its own; the records say it after the last. A step that was interrupted begins again, and must
//! come to the same end.

use std::collections::BTreeMap;
use std::path::Path;

use sled::Db;

use super::folder::{self, FORMAT, Stage};
use super::keys::{account_in, account_key, course_in, course_key, person_key, session_of_key, token_in};
use super::open_error::OpenError;
use super::records::{
    TallyRecord, read_account, read_number, read_seat, read_session, write_account, write_number, write_tally,
};
use super::table::{Table, VERSION_KEY};
use super::trees::{Trees, reason};
use crate::course::CourseId;
use crate::school::{Account, SeatState, StoreError};

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

fn steps(trees: &Trees, from: u64) -> Result<(), StoreError> {
    if from < 2 {
        index_accounts(trees)?;
        index_sessions(trees)?;
        index_seats(trees)?;
    }
    Ok(())
}

/// Format 2: what names look like, and whose an address is. Of several accounts with one address the first keeps it.
fn index_accounts(trees: &Trees) -> Result<(), StoreError> {
    for entry in trees.tree(Table::Accounts).iter() {
        let (key, record) = entry.map_err(failed)?;
        let id = account_in(&key)?;
        let account = read_account(id, &record)?;
        claim(trees, Table::Looks, account.username.look().as_str(), &account)?;
        if let Some(email) = account.email.as_ref().filter(|_| account.email_confirmed)
            && !claim(trees, Table::Emails, email.key().as_str(), &account)?
        {
            let unconfirmed = write_account(&Account { email_confirmed: false, ..account.clone() });
            trees.tree(Table::Accounts).insert(account_key(id), unconfirmed).map_err(failed)?;
        }
    }
    Ok(())
}

/// Puts an account into an index, unless another is there; returns whether it is now its.
fn claim(trees: &Trees, index: Table, key: &str, account: &Account) -> Result<bool, StoreError> {
    let tree = trees.tree(index);
    match tree.get(key).map_err(failed)? {
        Some(id) => Ok(read_number("an index of accounts", &id)? == account.id.0),
        None => tree.insert(key, write_number(account.id.0)).map(|_| true).map_err(failed),
    }
}

/// Format 2: the sessions of an account.
fn index_sessions(trees: &Trees) -> Result<(), StoreError> {
    for entry in trees.tree(Table::Sessions).iter() {
        let (key, record) = entry.map_err(failed)?;
        let session = read_session(token_in(&key)?, &record)?;
        let index = session_of_key(session.account, session.key);
        trees.tree(Table::SessionsOf).insert(index, &[]).map_err(failed)?;
    }
    Ok(())
}

/// Format 2: the people of a course, and how many they are.
fn index_seats(trees: &Trees) -> Result<(), StoreError> {
    let mut tallies: BTreeMap<CourseId, TallyRecord> = BTreeMap::new();
    for entry in trees.tree(Table::Seats).iter() {
        let (key, record) = entry.map_err(failed)?;
        let account = account_in(key.get(..8).unwrap_or_default())?;
        let course = course_in(&key)?;
        let seat = read_seat(account, course, &record)?.seat;
        if seat.state == SeatState::Enrolled {
            tallies.entry(course).or_default().counts.enrolled += 1;
        }
        trees.tree(Table::People).insert(person_key(course, account), &[]).map_err(failed)?;
    }
    for (course, tally) in tallies {
        trees.tree(Table::Tallies).insert(course_key(course), write_tally(&tally)).map_err(failed)?;
    }
    Ok(())
}

fn failed(error: sled::Error) -> StoreError {
    StoreError::Failed { doing: "bring the store to this version's format", reason: reason(&error) }
}
