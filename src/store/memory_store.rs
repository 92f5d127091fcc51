//! Records in memory: the same promises without a disk, for tests and for trying things out.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sled::IVec;

use super::record_store::{Carrier, Order, RecordStore, Scan, Verb};
use super::table::{Draft, Obstacle, TABLE_NAMES, Table, View};
use crate::school::{StoreError, StoreWork};

/// A school's records in memory; gone when it is dropped.
pub type MemoryStore = RecordStore<Memory>;

/// Tables in memory.
pub struct Memory {
    maps: Mutex<Maps>,
    n_writes: AtomicU64,
}

/// In the order of [`Table`].
struct Maps(Vec<BTreeMap<IVec, IVec>>);

impl Default for MemoryStore {
    fn default() -> Self {
        let maps = TABLE_NAMES.iter().map(|_| BTreeMap::new()).collect();
        Self { carrier: Memory { maps: Mutex::new(Maps(maps)), n_writes: AtomicU64::new(0) } }
    }
}

impl MemoryStore {
    /// A store that holds nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Memory {
    /// Never held over an await, so it is held for moments only. A write changes nothing before it is decided, so poison
    /// says nothing.
    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View for Maps {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        Ok(self.0[table as usize].get(key).cloned())
    }
}

impl Carrier for Memory {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        Ok(self.maps().0[table as usize].get(key).cloned())
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<(IVec, IVec)>, StoreError> {
        if is_empty(&scan) {
            return Ok(Vec::new());
        }
        let maps = self.maps();
        let bounds = (scan.from.as_ref().map(Vec::as_slice), scan.to.as_ref().map(Vec::as_slice));
        let found = maps.0[scan.table as usize].range::<[u8], _>(bounds);
        let owned = |(key, record): (&IVec, &IVec)| (key.clone(), record.clone());
        Ok(match scan.order {
            Order::Up => found.map(owned).take(scan.limit).collect(),
            Order::Down => found.rev().map(owned).take(scan.limit).collect(),
        })
    }

    async fn size(&self) -> Result<u64, StoreError> {
        let maps = self.maps();
        let bytes = maps.0.iter().flatten().map(|(key, record)| key.len() + record.len());
        Ok(bytes.sum::<usize>() as u64)
    }

    fn work(&self) -> StoreWork {
        StoreWork { writes: self.n_writes.load(Ordering::Relaxed), flushes: 0 }
    }

    fn version(&self) -> Option<u64> {
        Some(self.work().writes)
    }

    async fn write<T: Send + 'static>(&self, doing: &'static str, verb: impl Verb<T>) -> Result<T, StoreError> {
        let mut maps = self.maps();
        let mut draft = Draft::new(&*maps);
        let outcome = match verb(&mut draft) {
            Ok(outcome) => outcome,
            Err(Obstacle::Record(error)) => return Err(error),
            Err(Obstacle::Batch(reason)) => return Err(StoreError::Failed { doing, reason }),
            Err(Obstacle::Missed) => return Err(StoreError::Failed { doing, reason: "a record was missed".into() }),
        };
        let changes = draft.into_changes();
        if !changes.is_empty() {
            self.n_writes.fetch_add(1, Ordering::Relaxed);
        }
        for (table, key, record) in changes {
            let map = &mut maps.0[table as usize];
            match record {
                Some(record) => map.insert(key.into(), record.into()),
                None => map.remove(key.as_slice()),
            };
        }
        Ok(outcome)
    }
}

/// A map panics over a range that ends before it begins.
fn is_empty(scan: &Scan) -> bool {
    match (&scan.from, &scan.to) {
        (Bound::Included(from), Bound::Included(to)) => from > to,
        (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from >= to,
        _ => false,
    }
}
