//! All records in the hands of one: a thread that may wait, with a connection in a transaction.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use sled::IVec;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_postgres::{Error, Row};

use super::link::{Link, SILENCE};
use super::statements::{self, Parameter};
use super::words::{immovable, reason};
use crate::school::StoreError;
use crate::store::record_store::Scan;
use crate::store::table::Table;
use crate::store::tables::Tables;

/// How many records are read at a time.
const PAGE: usize = 1_000;

/// A connection, and what drives it while it is waited for.
///
/// Only for threads that no runtime drives: waiting would stop it, and tokio refuses.
pub struct Held {
    pub(super) runtime: Runtime,
    pub(super) client: ClientWrapper,
}

/// A runtime for a thread that waits for one connection.
pub fn runtime() -> Result<Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())
}

/// Waits for an answer, but not for ever.
pub fn wait<T>(runtime: &Runtime, answer: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    wait_for(runtime, SILENCE, answer)
}

fn wait_for<T>(
    runtime: &Runtime,
    patience: Duration,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, String> {
    match runtime.block_on(async { timeout(patience, answer).await }) {
        Ok(answer) => answer.map_err(|error| reason(&error)),
        Err(_) => Err("the database does not answer".to_owned()),
    }
}

impl Held {
    /// Connects; there is no transaction yet.
    pub fn connect(link: &Link) -> Result<Self, String> {
        let runtime = runtime()?;
        let client = runtime.block_on(link.connect())?;
        Ok(Self { runtime, client })
    }

    /// Runs statements that answer nothing.
    pub fn run(&self, statements: &str) -> Result<(), String> {
        wait(&self.runtime, self.client.batch_execute(statements))
    }

    /// The rows that answer a question.
    pub fn rows(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, String> {
        let client = &self.client;
        wait(&self.runtime, async {
            let statement = client.prepare_cached(text).await?;
            client.query(&statement, parameters).await
        })
    }

    /// Puts many records at once.
    pub fn put_all(&self, records: &[(Table, IVec, IVec)]) -> Result<(), String> {
        let trees: Vec<_> = records.iter().map(|(table, _, _)| statements::tree(*table)).collect();
        let keys: Vec<&[u8]> = records.iter().map(|(_, key, _)| key.as_ref()).collect();
        let values: Vec<&[u8]> = records.iter().map(|(_, _, record)| record.as_ref()).collect();
        self.rows(statements::PUT, &[&trees, &keys, &values]).map(|_| ())
    }
}

impl Tables for Held {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        let rows = self.rows(statements::GET, &[&statements::tree(table), &key]).map_err(immovable)?;
        Ok(rows.first().map(|row| IVec::from(row.get::<_, &[u8]>(0))))
    }

    fn each<E: From<StoreError>>(
        &self,
        table: Table,
        mut see: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut page = Scan::all(table).take(PAGE);
        loop {
            let (text, bounds) = statements::scan(&page);
            let (tree, limit) = (statements::tree(table), statements::limit(&page));
            let mut parameters: Vec<Parameter<'_>> = vec![&tree];
            parameters.extend(bounds.iter().map(|bound| bound as Parameter<'_>));
            parameters.push(&limit);
            let rows = self.rows(&text, &parameters).map_err(immovable)?;
            for row in &rows {
                see(row.get(0), row.get(1))?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            page = Scan::all(table).take(PAGE).after(last.get(0));
        }
    }

    fn put(&self, table: Table, key: &[u8], record: Vec<u8>) -> Result<(), StoreError> {
        self.put_all(&[(table, IVec::from(key), IVec::from(record))]).map_err(immovable)
    }
}
