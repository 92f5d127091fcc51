//! Batches in PostgreSQL: a transaction each, in which this process alone writes.
//!
//! 1. One round trip begins it, waits for our turn (`opening`), and sees to it that the format is still ours: a newer educa
//!    may have brought the store to its own meanwhile.
//! 2. The writes run. What they miss is noted, fetched with one more round trip, and they run again, so that a batch costs
//!    as many round trips as its longest chain of reads, not as many as it has reads. Whoever follows a longer chain than
//!    [`ROUNDS`] reads record by record.
//! 3. Two more put and remove what changed, and commit. The database answers that once it is durable.
//!
//! A batch that fails takes its connection with it, which ends the transaction; the next one connects anew. If the answer
//! to the commit is lost, nobody knows whether it happened, and that is what its writes are answered.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deadpool_postgres::ClientWrapper;
use futures_util::future::try_join_all;
use sled::IVec;
use tokio::runtime::Runtime;
use tokio_postgres::{Error, SimpleQueryMessage};

use super::held::{Held, wait};
use super::link::Link;
use super::opening::Opened;
use super::rest::Rest;
use super::statements::{self, tree};
use crate::store::batch::{Backend, Batch, Changes};
use crate::store::folder::FORMAT;
use crate::store::records::write_number;
use crate::store::table::{Obstacle, Table, VERSION_KEY, View};

/// How often the writes of a batch run again for what they missed, before they read record by record.
const ROUNDS: u32 = 8;

/// The connection that writes.
pub struct PostgresBackend {
    // Dropped before what drives it.
    client: Option<ClientWrapper>,
    runtime: Runtime,
    link: Link,
    rest: Arc<Rest>,
    begin: String,
}

impl PostgresBackend {
    /// Writes to a relation that was opened.
    pub fn new(link: Link, rest: Arc<Rest>, opened: Opened) -> Self {
        let Opened { held: Held { runtime, client }, lock } = opened;
        let version: String = VERSION_KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock({lock}); \
             SELECT encode(record, 'hex') AS version FROM educa_records WHERE tree = '{}' AND key = '\\x{version}'",
            tree(Table::Meta)
        );
        Self { client: Some(client), runtime, link, rest, begin }
    }

    /// A connection in a transaction in which it is our turn.
    fn turn(&mut self) -> Result<ClientWrapper, String> {
        if let Some(client) = self.client.take() {
            // Lets it hear whether the other side hung up since it was last used.
            self.runtime.block_on(tokio::task::yield_now());
            if !client.is_closed() {
                match self.begin_on(&client) {
                    Ok(()) => return Ok(client),
                    // Nothing was done yet, so another one may do it.
                    Err(_) if self.is_gone(&client) => {}
                    Err(reason) => {
                        self.give_up(client);
                        return Err(reason);
                    }
                }
            }
            self.give_up(client);
        }
        self.rest.check()?;
        let client = self.runtime.block_on(self.link.connect()).map_err(|reason| self.rest.failed(&reason))?;
        match self.begin_on(&client) {
            Ok(()) => {
                self.rest.succeeded();
                Ok(client)
            }
            Err(reason) => {
                self.give_up(client);
                Err(reason)
            }
        }
    }

    fn begin_on(&self, client: &ClientWrapper) -> Result<(), String> {
        let said = wait(&self.runtime, client.simple_query(&self.begin))?;
        let version = said.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) if row.columns().first().is_some_and(|column| column.name() == "version") => {
                row.get(0)
            }
            _ => None,
        });
        let ours: String = write_number(FORMAT).iter().map(|byte| format!("{byte:02x}")).collect();
        match version {
            Some(version) if version == ours => Ok(()),
            Some(_) => Err("another version of educa changed the format of the store; restart this one with it".into()),
            None => Err("the store is no more where it was: the version of its format is gone".into()),
        }
    }

    fn is_gone(&self, client: &ClientWrapper) -> bool {
        self.runtime.block_on(tokio::task::yield_now());
        client.is_closed()
    }

    /// Ends a connection, and with it its transaction: at once, not when the next batch drives it.
    fn give_up(&self, client: ClientWrapper) {
        self.runtime.block_on(async {
            drop(client);
            // Its task, which holds the socket, was told to end, and does so when it is its turn.
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
    }
}

impl Backend for PostgresBackend {
    type Batch<'a> = PostgresBatch<'a>;

    /// What is committed is known to the database, so the next batch begins with that.
    const STOPS: bool = false;

    fn begin(&mut self) -> Result<PostgresBatch<'_>, String> {
        let client = self.turn()?;
        Ok(PostgresBatch {
            client: Some(client),
            backend: self,
            known: RefCell::new(vec![BTreeMap::new(); Table::ALL.len()]),
            missed: RefCell::default(),
            round: Cell::new(0),
        })
    }
}

/// A transaction, and what was read in it so far.
pub struct PostgresBatch<'a> {
    /// Always there until the end.
    client: Option<ClientWrapper>,
    backend: &'a mut PostgresBackend,
    known: RefCell<Vec<BTreeMap<Vec<u8>, Option<IVec>>>>,
    missed: RefCell<BTreeSet<(usize, Vec<u8>)>>,
    round: Cell<u32>,
}

impl View for PostgresBatch<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        if let Some(record) = self.known.borrow()[table as usize].get(key) {
            return Ok(record.clone());
        }
        if self.round.get() < ROUNDS {
            self.missed.borrow_mut().insert((table as usize, key.to_vec()));
            return Err(Obstacle::Missed);
        }
        self.read(&BTreeSet::from([(table as usize, key.to_vec())])).map_err(Obstacle::Batch)?;
        Ok(self.known.borrow()[table as usize].get(key).cloned().flatten())
    }
}

impl PostgresBatch<'_> {
    fn client(&self) -> &ClientWrapper {
        self.client.as_ref().expect("the batch has not ended")
    }

    /// Reads records, one statement a table, all under way at once.
    fn read(&self, wanted: &BTreeSet<(usize, Vec<u8>)>) -> Result<(), String> {
        let mut by_table: BTreeMap<usize, Vec<&[u8]>> = BTreeMap::new();
        for (table, key) in wanted {
            by_table.entry(*table).or_default().push(key);
        }
        let client = self.client();
        let reads = by_table.iter().map(async |(table, keys)| {
            let statement = client.prepare_cached(statements::GET_ALL).await?;
            let rows = client.query(&statement, &[&tree(Table::ALL[*table]), keys]).await?;
            Ok::<_, Error>((*table, rows))
        });
        let read = wait(&self.backend.runtime, try_join_all(reads))?;
        let mut known = self.known.borrow_mut();
        for (table, key) in wanted {
            known[*table].insert(key.clone(), None);
        }
        for (table, rows) in read {
            for row in rows {
                known[table].insert(row.get(0), Some(IVec::from(row.get::<_, &[u8]>(1))));
            }
        }
        Ok(())
    }

    /// Sends what changed: the records to put as one statement, those to remove as one a table.
    fn send(&self, changes: &Changes) -> Result<(), String> {
        let (mut trees, mut keys, mut records) = (Vec::new(), Vec::<&[u8]>::new(), Vec::<&[u8]>::new());
        let mut removed: Vec<(&str, Vec<&[u8]>)> = Vec::new();
        for (table, changes) in changes.of_tables() {
            let gone = changes.iter().filter(|(_, record)| record.is_none());
            removed.push((tree(table), gone.map(|(key, _)| key.as_slice()).collect()));
            for (key, record) in changes.iter().filter_map(|(key, record)| Some((key, record.as_ref()?))) {
                trees.push(tree(table));
                keys.push(key);
                records.push(record);
            }
        }
        removed.retain(|(_, keys)| !keys.is_empty());
        let client = self.client();
        let put = async {
            let statement = client.prepare_cached(statements::PUT).await?;
            client.execute(&statement, &[&trees, &keys, &records]).await
        };
        let removals = removed.iter().map(async |(tree, keys)| {
            let statement = client.prepare_cached(statements::REMOVE).await?;
            client.execute(&statement, &[tree, keys]).await
        });
        let sent = async { tokio::try_join!(put, try_join_all(removals)) };
        wait(&self.backend.runtime, sent).map(|_| ())
    }
}

impl Batch for PostgresBatch<'_> {
    fn fetch(&mut self) -> Result<bool, String> {
        let missed = self.missed.take();
        if missed.is_empty() {
            return Ok(false);
        }
        self.round.set(self.round.get() + 1);
        self.read(&missed)?;
        Ok(true)
    }

    fn commit(mut self, changes: Changes) -> Result<(), String> {
        if changes.of_tables().next().is_some() {
            self.send(&changes)?;
        }
        let committed = wait(&self.backend.runtime, self.client().batch_execute("COMMIT"));
        committed.map_err(|reason| format!("it is unknown whether it was done: {reason}"))?;
        self.backend.client = self.client.take();
        Ok(())
    }
}

impl Drop for PostgresBatch<'_> {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            self.backend.give_up(client);
        }
    }
}
