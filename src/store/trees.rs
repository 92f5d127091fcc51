//! Trees: the tables as sled holds them.

use sled::transaction::{TransactionalTree, UnabortableTransactionError};
use sled::{Db, IVec, Tree};

use super::table::{Change, Obstacle, TABLE_NAMES, Table, View};
use crate::school::StoreError;

/// All trees of an open store.
#[derive(Clone)]
pub struct Trees(Vec<Tree>);

impl Trees {
    /// Opens the trees, making those that are not there.
    pub fn open(db: &Db) -> sled::Result<Self> {
        TABLE_NAMES.iter().map(|name| db.open_tree(name)).collect::<sled::Result<_>>().map(Self)
    }

    /// One of the trees, to read it in place.
    pub fn tree(&self, table: Table) -> &Tree {
        &self.0[table as usize]
    }

    /// Puts a record into a store that nobody writes to otherwise: one that is being opened, or made.
    pub fn put(&self, table: Table, key: &[u8], record: Vec<u8>) -> Result<(), StoreError> {
        let put = self.tree(table).insert(key, record);
        put.map(|_| ()).map_err(|error| StoreError::Failed { doing: "write", reason: reason(&error) })
    }

    /// All of them, for a transaction.
    pub fn all(&self) -> &[Tree] {
        &self.0
    }
}

/// What went wrong, in words for people; sled's own for damage are an offset and an empty backtrace.
pub fn reason(error: &sled::Error) -> String {
    match error {
        sled::Error::Corruption { .. } => "what lies on the disk is not what was written there".to_owned(),
        other => other.to_string(),
    }
}

/// The error of a read that failed.
pub fn unreadable(error: sled::Error) -> StoreError {
    StoreError::Failed { doing: "read", reason: reason(&error) }
}

/// The trees inside a transaction.
pub struct TreesView<'a>(pub &'a [TransactionalTree]);

impl View for TreesView<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        Ok(self.0[table as usize].get(key)?)
    }
}

impl TreesView<'_> {
    /// Makes changes; returns whether there were any.
    pub fn apply(&self, changes: Vec<Change>) -> Result<bool, UnabortableTransactionError> {
        let any = !changes.is_empty();
        for (table, key, record) in changes {
            let tree = &self.0[table as usize];
            match record {
                Some(record) => tree.insert(key, record)?,
                None => tree.remove(key)?,
            };
        }
        Ok(any)
    }
}
