//! A batch of writes on its way: what it sees, what it changed so far, and where it goes.

use std::collections::BTreeMap;

use sled::IVec;

use super::table::{Change, Obstacle, Table, View};

/// Where the committer's batches go.
pub(super) trait Backend: Send + 'static {
    /// What one batch sees, and the way to make it true.
    type Batch<'a>: Batch;

    /// Whether a batch that failed leaves things in a state that nobody knows, so that no other may follow it.
    const STOPS: bool;

    /// Begins a batch: from now on nobody else changes anything until it is dropped or committed.
    fn begin(&mut self) -> Result<Self::Batch<'_>, String>;
}

/// What is committed, for as long as one batch takes.
pub(super) trait Batch: View {
    /// Fetches what the writes of the batch missed when they ran; whether they are to run again.
    fn fetch(&mut self) -> Result<bool, String>;

    /// Makes all changes, or none, and returns when they would survive a power loss. If there are none it costs nothing.
    fn commit(self, changes: Changes) -> Result<(), String>;
}

/// For each table what stands under a key from now on. Each record is there once, however often the batch changed it.
pub(super) struct Changes(Vec<BTreeMap<Vec<u8>, Option<IVec>>>);

impl Changes {
    /// The tables that change, with what does.
    pub fn of_tables(&self) -> impl Iterator<Item = (Table, &BTreeMap<Vec<u8>, Option<IVec>>)> {
        let tables = Table::ALL.iter().copied().zip(&self.0);
        tables.filter(|(_, changes)| !changes.is_empty())
    }
}

/// The tables as a batch leaves them.
pub(super) struct Pending<'a> {
    view: &'a dyn View,
    changes: Changes,
}

impl View for Pending<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        match self.changes.0[table as usize].get(key) {
            Some(record) => Ok(record.clone()),
            None => self.view.get(table, key),
        }
    }
}

impl<'a> Pending<'a> {
    /// Nothing is changed yet.
    pub fn new(view: &'a dyn View) -> Self {
        Self { view, changes: Changes(vec![BTreeMap::new(); Table::ALL.len()]) }
    }

    /// Adds the changes of a write.
    pub fn add(&mut self, changes: Vec<Change>) {
        for (table, key, record) in changes {
            self.changes.0[table as usize].insert(key, record.map(IVec::from));
        }
    }

    /// All of them.
    pub fn into_changes(self) -> Changes {
        self.changes
    }
}
