//! A carrier: tables of bytes that can be read at any time, and changed by verbs one after another.

use std::ops::Bound;

use sled::IVec;

use crate::school::{StoreError, StoreWork};
use crate::store::table::{Draft, Obstacle, Table};

/// What a write does; see `verbs`.
pub trait Verb<T>: Fn(&mut Draft<'_>) -> Result<T, Obstacle> + Send + 'static {}

impl<T, F: Fn(&mut Draft<'_>) -> Result<T, Obstacle> + Send + 'static> Verb<T> for F {}

/// Which records of a table to read.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Of which table.
    pub table: Table,
    /// From which key.
    pub from: Bound<Vec<u8>>,
    /// To which key.
    pub to: Bound<Vec<u8>>,
    /// How many at most.
    pub limit: usize,
    /// Where to begin.
    pub order: Order,
}

/// Where a scan begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// At the lowest key.
    Up,
    /// At the highest key.
    Down,
}

impl Scan {
    /// All records whose keys begin with these bytes.
    pub fn prefix(table: Table, prefix: &[u8]) -> Self {
        Self {
            table,
            from: Bound::Included(prefix.to_vec()),
            to: after_all(prefix).map_or(Bound::Unbounded, Bound::Excluded),
            limit: usize::MAX,
            order: Order::Up,
        }
    }

    /// The whole table.
    pub fn all(table: Table) -> Self {
        Self::prefix(table, &[])
    }

    /// Only those after a key.
    pub fn after(self, key: &[u8]) -> Self {
        Self { from: Bound::Excluded(key.to_vec()), ..self }
    }

    /// Only those before a key.
    pub fn before(self, key: &[u8]) -> Self {
        Self { to: Bound::Excluded(key.to_vec()), ..self }
    }

    /// At most so many.
    pub fn take(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// From the highest key down.
    pub fn down(self) -> Self {
        Self { order: Order::Down, ..self }
    }
}

/// The lowest key above all that begin with a prefix; nothing if there is none.
fn after_all(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut after = prefix[..=last].to_vec();
    after[last] += 1;
    Some(after)
}

/// Holds the tables.
///
/// Reads are futures because a carrier may have to ask for them; those of sled and of memory are ready at once.
pub trait Carrier: Send + Sync + 'static {
    /// The record under a key.
    fn get(&self, table: Table, key: &[u8]) -> impl Future<Output = Result<Option<IVec>, StoreError>> + Send;
    /// The records under some keys, at their places; not all of one moment.
    fn get_all<K: AsRef<[u8]> + Sync>(
        &self,
        table: Table,
        keys: &[K],
    ) -> impl Future<Output = Result<Vec<Option<IVec>>, StoreError>> + Send {
        async move {
            let mut records = Vec::with_capacity(keys.len());
            for key in keys {
                records.push(self.get(table, key.as_ref()).await?);
            }
            Ok(records)
        }
    }
    /// Records with their keys, in order.
    fn scan(&self, scan: Scan) -> impl Future<Output = Result<Vec<(IVec, IVec)>, StoreError>> + Send;
    /// How many bytes it takes.
    fn size(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// What it did so far.
    fn work(&self) -> StoreWork;
    /// See [`Upkeep::version`](crate::school::Upkeep::version).
    fn version(&self) -> Option<u64>;
    /// Runs a verb alone, makes its changes, and answers once they are durable.
    fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        verb: impl Verb<T>,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;
}

/// A school's records on a carrier.
pub struct RecordStore<C> {
    pub(in crate::store) carrier: C,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_the_next_one_begins() {
        assert_eq!(after_all(&[1, 2]), Some(vec![1, 3]));
        assert_eq!(after_all(&[1, 255]), Some(vec![2]));
        assert_eq!(after_all(&[255, 255]), None);
        assert_eq!(after_all(&[]), None);
    }
}
