//! Trees: the tables as sled holds them.

use std::collections::BTreeMap;
use std::convert::Infallible;

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional as _};
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

    /// Whether there is not a single record.
    pub fn are_empty(&self) -> bool {
        self.0.iter().all(Tree::is_empty)
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

/// The trees as a batch of writes leaves them: what is committed, and what the writes so far changed.
///
/// Only one thread writes, so what is committed does not change meanwhile, and the batch needs no transaction but for its
/// end: one over the trees that changed, in which each record is written once, however often the batch changed it.
pub struct Pending<'a> {
    trees: &'a Trees,
    /// For each tree what stands under a key from now on.
    changes: Vec<BTreeMap<Vec<u8>, Option<IVec>>>,
}

impl View for Pending<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        match self.changes[table as usize].get(key) {
            Some(record) => Ok(record.clone()),
            None => Ok(self.trees.tree(table).get(key)?),
        }
    }
}

impl<'a> Pending<'a> {
    /// Nothing is changed yet.
    pub fn new(trees: &'a Trees) -> Self {
        Self { trees, changes: vec![BTreeMap::new(); trees.0.len()] }
    }

    /// Adds the changes of a write.
    pub fn add(&mut self, changes: Vec<Change>) {
        for (table, key, record) in changes {
            self.changes[table as usize].insert(key, record.map(IVec::from));
        }
    }

    /// Makes all changes, or none.
    pub fn commit(self) -> sled::Result<()> {
        let changed = self.trees.0.iter().zip(&self.changes).filter(|(_, changes)| !changes.is_empty());
        let (trees, changes): (Vec<&Tree>, Vec<_>) = changed.unzip();
        let done = trees.as_slice().transaction(|trees| {
            for (tree, changes) in trees.iter().zip(&changes) {
                for (key, record) in *changes {
                    match record {
                        Some(record) => tree.insert(key.as_slice(), record)?,
                        None => tree.remove(key.as_slice())?,
                    };
                }
            }
            Ok::<_, ConflictableTransactionError<Infallible>>(())
        });
        match done {
            Ok(()) => Ok(()),
            Err(TransactionError::Storage(error)) => Err(error),
            Err(TransactionError::Abort(never)) => match never {},
        }
    }
}
