//! Tables: which trees there are, what their keys look like, and how a write sees and changes them.
//!
//! Numbers in keys are big-endian, so that sled's order of bytes is the order of numbers and a range is one account's
//! enrollments or one room's messages. A write is a function from a [`View`] to an outcome and its [`Changes`]: it cannot
//! change anything itself, so it can run twice, and a refused write leaves nothing behind.

use sled::transaction::{TransactionalTree, UnabortableTransactionError};
use sled::{Db, IVec, Tree};

use super::records::damaged;
use crate::course::CourseId;
use crate::school::{AccountId, StoreError};

/// The trees, each with what it maps to what.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    /// [`VERSION_KEY`], [`LAST_ACCOUNT_KEY`] → number.
    Meta,
    /// Account id → account.
    Accounts,
    /// Key of a user name → account id. An index: it can be made again from the accounts.
    Names,
    /// Hash of a token → session.
    Sessions,
    /// Account id, course id → enrollment.
    Enrollments,
    /// Course id, message id → message.
    Messages,
    /// Course id → id of the last message.
    Rooms,
}

/// Names of the trees on disk, in the order of [`Table`].
const NAMES: [&str; 7] = ["meta", "accounts", "names", "sessions", "enrollments", "messages", "rooms"];

/// Under which key of [`Table::Meta`] the version of the format stands.
pub(super) const VERSION_KEY: &[u8] = b"version";

/// Under which key of [`Table::Meta`] the last account id given stands. It only grows: an id is never reused.
pub(super) const LAST_ACCOUNT_KEY: &[u8] = b"last account";

/// All trees of an open store.
#[derive(Clone)]
pub(super) struct Tables(Vec<Tree>);

impl Tables {
    /// Opens the trees, making those that are not there.
    pub(super) fn open(db: &Db) -> sled::Result<Self> {
        NAMES.iter().map(|name| db.open_tree(name)).collect::<sled::Result<_>>().map(Self)
    }

    /// One of the trees, to read it in place.
    pub(super) fn tree(&self, table: Table) -> &Tree {
        &self.0[table as usize]
    }

    /// All of them, for a transaction.
    pub(super) fn trees(&self) -> &[Tree] {
        &self.0
    }
}

/// What went wrong, in words for people; sled's own for damage are an offset and an empty backtrace.
pub(super) fn reason(error: &sled::Error) -> String {
    match error {
        sled::Error::Corruption { .. } => "what lies on the disk is not what was written there".to_owned(),
        other => other.to_string(),
    }
}

/// What a write sees: everything committed, and the writes before it in its own batch.
pub(super) struct View<'a>(&'a [TransactionalTree]);

impl<'a> View<'a> {
    pub(super) fn new(trees: &'a [TransactionalTree]) -> Self {
        Self(trees)
    }

    /// The record under a key.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        Ok(self.0[table as usize].get(key)?)
    }
}

/// Why a write could not be decided.
#[derive(Debug)]
pub(super) enum Obstacle {
    /// The batch must run again, or cannot run at all.
    Batch(UnabortableTransactionError),
    /// This write met a damaged record; the others go on.
    Record(StoreError),
}

impl From<UnabortableTransactionError> for Obstacle {
    fn from(error: UnabortableTransactionError) -> Self {
        Self::Batch(error)
    }
}

impl From<StoreError> for Obstacle {
    fn from(error: StoreError) -> Self {
        Self::Record(error)
    }
}

/// What a write changes; all of it or nothing.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<(Table, Vec<u8>, Option<Vec<u8>>)>);

impl Changes {
    /// Puts a record under a key, in place of any other.
    #[must_use]
    pub(super) fn put(mut self, table: Table, key: &[u8], record: Vec<u8>) -> Self {
        self.0.push((table, key.to_vec(), Some(record)));
        self
    }

    /// Removes what stands under a key.
    #[must_use]
    pub(super) fn remove(mut self, table: Table, key: &[u8]) -> Self {
        self.0.push((table, key.to_vec(), None));
        self
    }

    /// Makes the changes; returns whether there were any.
    pub(super) fn apply(self, view: &View<'_>) -> Result<bool, UnabortableTransactionError> {
        let any = !self.0.is_empty();
        for (table, key, record) in self.0 {
            let tree = &view.0[table as usize];
            match record {
                Some(record) => tree.insert(key, record)?,
                None => tree.remove(key)?,
            };
        }
        Ok(any)
    }
}

pub(super) fn account_key(id: AccountId) -> [u8; 8] {
    id.0.to_be_bytes()
}

pub(super) fn room_key(room: CourseId) -> [u8; 4] {
    room.get().to_be_bytes()
}

pub(super) fn enrollment_key(account: AccountId, course: CourseId) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&account_key(account));
    key[8..].copy_from_slice(&course.get().to_be_bytes());
    key
}

pub(super) fn message_key(room: CourseId, id: u64) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&room_key(room));
    key[4..].copy_from_slice(&id.to_be_bytes());
    key
}

/// The account in a key of [`Table::Accounts`].
pub(super) fn account_in(key: &[u8]) -> Result<AccountId, StoreError> {
    let id = key.try_into().map_err(|_| damaged(|| "the key of an account".to_owned()))?;
    Ok(AccountId(u64::from_be_bytes(id)))
}

/// The course in a key of [`Table::Enrollments`].
pub(super) fn course_in(key: &[u8]) -> Result<CourseId, StoreError> {
    let course = match key {
        [_, _, _, _, _, _, _, _, course @ ..] => course.try_into().ok().map(u32::from_be_bytes),
        _ => None,
    };
    course
        .and_then(|number| CourseId::new(number).ok())
        .ok_or_else(|| damaged(|| "the key of an enrollment".to_owned()))
}

/// The message id in a key of [`Table::Messages`].
pub(super) fn message_in(key: &[u8]) -> Result<u64, StoreError> {
    match key {
        [_, _, _, _, id @ ..] => id.try_into().ok().map(u64::from_be_bytes),
        _ => None,
    }
    .ok_or_else(|| damaged(|| "the key of a message".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(number: u32) -> CourseId {
        CourseId::new(number).expect("an id")
    }

    #[test]
    fn keys_sort_as_their_numbers_do() {
        assert!(enrollment_key(AccountId(255), course(9)) < enrollment_key(AccountId(256), course(1)));
        assert!(enrollment_key(AccountId(1), course(255)) < enrollment_key(AccountId(1), course(256)));
        assert!(message_key(course(1), u64::MAX) < message_key(course(2), 0));
        assert!(message_key(course(1), 255) < message_key(course(1), 256));
    }

    #[test]
    fn keys_are_read_back() {
        assert_eq!(account_in(&account_key(AccountId(300))).expect("read"), AccountId(300));
        assert_eq!(course_in(&enrollment_key(AccountId(300), course(70_000))).expect("read"), course(70_000));
        assert_eq!(message_in(&message_key(course(300), 70_000)).expect("read"), 70_000);
    }

    #[test]
    fn keys_of_another_shape_are_damaged() {
        for length in [0, 3, 4, 7, 8, 11, 13, 20] {
            let key = vec![1; length];
            assert_eq!(account_in(&key).is_ok(), length == 8);
            assert!(course_in(&key).is_err(), "{length}");
            assert!(message_in(&key).is_err(), "{length}");
        }
        assert!(course_in(&[0; 12]).is_err(), "course 0 does not exist");
    }
}
