//! Trees: the tables as sled holds them.

use sled::{Db, IVec, Tree};

use super::table::{TABLE_NAMES, Table};
use super::tables::Tables;
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

    /// Whether there is not a single record.
    pub fn are_empty(&self) -> bool {
        self.0.iter().all(Tree::is_empty)
    }
}

impl Tables for Trees {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.tree(table).get(key).map_err(unreadable)
    }

    fn each<E: From<StoreError>>(
        &self,
        table: Table,
        mut see: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for entry in self.tree(table).iter() {
            let (key, record) = entry.map_err(unreadable)?;
            see(&key, &record)?;
        }
        Ok(())
    }

    fn put(&self, table: Table, key: &[u8], record: Vec<u8>) -> Result<(), StoreError> {
        let put = self.tree(table).insert(key, record);
        put.map(|_| ()).map_err(|error| StoreError::Failed { doing: "write", reason: reason(&error) })
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
