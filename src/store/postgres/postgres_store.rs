//! The store in PostgreSQL: reads by the pool, writes by the committer.
//!
//! A read sees what is committed, and that is durable: the database shows a transaction to others after it flushed it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::thread;

use sled::IVec;

use super::address::PostgresConfig;
use super::batches::PostgresBackend;
use super::link::Link;
use super::opening;
use super::readers::Readers;
use super::rest::Rest;
use super::statements::{self, Parameter};
use crate::school::{StoreError, StoreWork};
use crate::store::committer::Committer;
use crate::store::open_error::OpenError;
use crate::store::record_store::{Carrier, RecordStore, Scan, Verb};
use crate::store::table::Table;

/// A school's records in PostgreSQL, for as many processes as like.
///
/// Dropping it finishes the writes that were accepted. Its reads need a tokio runtime with I/O and time.
pub type PostgresStore = RecordStore<PostgresCarrier>;

/// Tables in a relation.
pub struct PostgresCarrier {
    committer: Committer<PostgresBackend>,
    readers: Readers,
    pub(super) link: Link,
}

impl PostgresStore {
    /// Opens the store, and begins one if there is none; waits for the database, so not for where nothing may wait.
    pub fn open(config: &PostgresConfig) -> Result<Self, OpenError> {
        let link = Link::new(config)?;
        let opened = aside(|| opening::open(&link))?;
        let rest = Arc::new(Rest::new(link.place.clone()));
        let backend = PostgresBackend::new(link.clone(), rest.clone(), opened);
        let committer = Committer::start(backend)
            .map_err(|error| OpenError::Database { place: link.place.clone(), reason: error.to_string() })?;
        Ok(Self { carrier: PostgresCarrier { committer, readers: Readers::new(&link, rest), link } })
    }
}

/// Runs what waits for a connection on a thread of its own: it may be called where a runtime must not be stopped.
pub fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let done = thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("place", &self.carrier.link.place).finish_non_exhaustive()
    }
}

impl Carrier for PostgresCarrier {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        let rows = self.readers.rows(statements::GET, &[&statements::tree(table), &key]).await?;
        Ok(rows.first().map(|row| IVec::from(row.get::<_, &[u8]>(0))))
    }

    async fn get_all<K: AsRef<[u8]> + Sync>(&self, table: Table, keys: &[K]) -> Result<Vec<Option<IVec>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<&[u8]> = keys.iter().map(AsRef::as_ref).collect();
        let rows = self.readers.rows(statements::GET_ALL, &[&statements::tree(table), &wanted]).await?;
        let found: HashMap<&[u8], &[u8]> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        Ok(wanted.iter().map(|key| found.get(key).map(|record| IVec::from(*record))).collect())
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<(IVec, IVec)>, StoreError> {
        let (text, bounds) = statements::scan(&scan);
        let (tree, limit) = (statements::tree(scan.table), statements::limit(&scan));
        let mut parameters: Vec<Parameter<'_>> = vec![&tree];
        parameters.extend(bounds.iter().map(|bound| bound as Parameter<'_>));
        parameters.push(&limit);
        let rows = self.readers.rows(&text, &parameters).await?;
        let bytes = |row: &tokio_postgres::Row, at| IVec::from(row.get::<_, &[u8]>(at));
        Ok(rows.iter().map(|row| (bytes(row, 0), bytes(row, 1))).collect())
    }

    async fn size(&self) -> Result<u64, StoreError> {
        let rows = self.readers.rows(statements::SIZE, &[]).await?;
        Ok(rows.first().map_or(0, |row| row.get::<_, i64>(0).unsigned_abs()))
    }

    fn work(&self) -> StoreWork {
        self.committer.work()
    }

    /// Others write, too.
    fn version(&self) -> Option<u64> {
        None
    }

    async fn write<T: Send + 'static>(&self, doing: &'static str, verb: impl Verb<T>) -> Result<T, StoreError> {
        self.committer.write(doing, verb).await
    }
}
