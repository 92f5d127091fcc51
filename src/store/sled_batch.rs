//! Batches on sled: one transaction over the trees that changed, then one flush.

use std::convert::Infallible;

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional as _};
use sled::{IVec, Tree};

use super::batch::{Backend, Batch, Changes};
use super::table::{Obstacle, Table, View};
use super::trees::{Trees, reason};
use super::version::Version;

/// The trees and their flush, in the hands of the one thread that writes.
pub(super) struct SledBackend<F> {
    pub(super) trees: Trees,
    version: Version,
    flush: F,
}

impl<F: FnMut() -> Result<(), String>> SledBackend<F> {
    /// `flush` must return only when everything committed so far would survive a power loss.
    pub(super) fn new(trees: Trees, version: Version, flush: F) -> Self {
        Self { trees, version, flush }
    }
}

impl<F: FnMut() -> Result<(), String> + Send + 'static> Backend for SledBackend<F> {
    type Batch<'a> = SledBatch<'a>;

    /// What is in memory may then be more than what is on disk, and a disk that failed once cannot be asked again (Linux
    /// reports a lost page once).
    const STOPS: bool = true;

    fn begin(&mut self) -> Result<SledBatch<'_>, String> {
        Ok(SledBatch { trees: &self.trees, version: &self.version, flush: &mut self.flush })
    }
}

/// Only one thread writes, so what is committed does not change meanwhile, and a batch needs no transaction but for its end.
pub(super) struct SledBatch<'a> {
    trees: &'a Trees,
    version: &'a Version,
    flush: &'a mut dyn FnMut() -> Result<(), String>,
}

impl View for SledBatch<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        self.trees.tree(table).get(key).map_err(|error| Obstacle::Batch(reason(&error)))
    }
}

impl Batch for SledBatch<'_> {
    fn fetch(&mut self) -> Result<bool, String> {
        Ok(false)
    }

    fn commit(self, changes: Changes) -> Result<(), String> {
        let (trees, changes): (Vec<&Tree>, Vec<_>) =
            changes.of_tables().map(|(table, changes)| (self.trees.tree(table), changes)).unzip();
        if trees.is_empty() {
            // All that was read was flushed with its own batch.
            return Ok(());
        }
        let transaction = || {
            trees.as_slice().transaction(|trees| {
                for (tree, changes) in trees.iter().zip(&changes) {
                    for (key, record) in *changes {
                        match record {
                            Some(record) => tree.insert(key.as_slice(), record)?,
                            None => tree.remove(key.as_slice())?,
                        };
                    }
                }
                Ok::<_, ConflictableTransactionError<Infallible>>(())
            })
        };
        // Readers see it before the flush, which may take as long as a disk likes.
        match self.version.change(transaction) {
            Ok(()) => (self.flush)(),
            Err(TransactionError::Storage(error)) => Err(reason(&error)),
            Err(TransactionError::Abort(never)) => match never {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::batch::Pending;

    #[test]
    fn what_others_see_has_another_number_before_it_is_on_the_disk() {
        let db = sled::Config::new().temporary(true).open().expect("open");
        let (trees, version) = (Trees::open(&db).expect("trees"), Version::default());
        let (before, seen) = (version.get(), trees.tree(Table::Meta).clone());
        let flush = {
            let version = version.clone();
            move || {
                assert_eq!(seen.get(b"key").expect("read").as_deref(), Some(&b"new"[..]), "others see it");
                assert!(version.get() > before, "{:?}", version.get());
                Ok(())
            }
        };
        let mut backend = SledBackend::new(trees, version.clone(), flush);
        let batch = backend.begin().expect("begun");
        let mut pending = Pending::new(&batch);
        pending.add(vec![(Table::Meta, b"key".to_vec(), Some(b"new".to_vec()))]);
        let changes = pending.into_changes();
        batch.commit(changes).expect("committed");
        let after = version.get();
        let batch = backend.begin().expect("begun");
        let nothing = Pending::new(&batch).into_changes();
        batch.commit(nothing).expect("committed");
        assert_eq!(version.get(), after, "nothing changed");
    }
}
