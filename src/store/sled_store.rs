//! Records on disk: reads answered in place from sled's trees, writes handed to the committer.
//!
//! A read sees what is committed, which is a moment before the writer hears of it; what it sees can only be lost with the
//! power of that moment. What each write means stands in `verbs`, how it becomes durable in `committer`.

use std::fmt;

use sled::{Db, IVec, Tree};

use super::committer::Committer;
use super::flush;
use super::open::{self, Opened, StoreConfig};
use super::open_error::OpenError;
use super::record_store::{Carrier, Order, RecordStore, Scan, Verb};
use super::sled_batch::SledBackend;
use super::table::Table;
use super::trees::{Trees, unreadable};
use super::version::Version;
use crate::disk::{DiskError, Lock};
use crate::school::{StoreError, StoreWork};

/// A school's records in a folder on disk, for one process at a time.
///
/// Dropping it finishes the writes that were accepted, and gives the folder back.
pub type SledStore = RecordStore<SledCarrier>;

/// What the thread that writes holds.
pub(super) type SledWriter = SledBackend<Box<dyn FnMut() -> Result<(), String> + Send>>;

/// Tables in a folder.
pub struct SledCarrier {
    // Dropped in this order: first whoever still writes, then the trees, and the lock when all is done.
    committer: Committer<SledWriter>,
    version: Version,
    trees: Trees,
    db: Db,
    _lock: Lock,
}

impl SledStore {
    /// Opens the store, and begins one if there is none; reads and writes files, so not for where nothing may wait.
    pub fn open(config: &StoreConfig) -> Result<Self, OpenError> {
        let Opened { lock, db, trees } = open::open(config)?;
        let flush = flush::to_the_disk(&config.path, &db)?;
        let version = Version::default();
        let backend = SledBackend::new(trees.clone(), version.clone(), Box::new(flush) as _);
        let committer = Committer::start(backend).map_err(|source| DiskError {
            verb: "start the writer of",
            path: config.path.clone(),
            source,
        })?;
        Ok(Self { carrier: SledCarrier { committer, version, trees, db, _lock: lock } })
    }
}

impl SledCarrier {
    pub(super) fn committer(&self) -> &Committer<SledWriter> {
        &self.committer
    }

    fn tree(&self, table: Table) -> &Tree {
        self.trees.tree(table)
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore").field("work", &self.carrier.work()).finish_non_exhaustive()
    }
}

impl Carrier for SledCarrier {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.tree(table).get(key).map_err(unreadable)
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<(IVec, IVec)>, StoreError> {
        let found = self.tree(scan.table).range::<Vec<u8>, _>((scan.from, scan.to));
        let found: Result<Vec<_>, _> = match scan.order {
            Order::Up => found.take(scan.limit).collect(),
            Order::Down => found.rev().take(scan.limit).collect(),
        };
        found.map_err(unreadable)
    }

    async fn size(&self) -> Result<u64, StoreError> {
        self.db.size_on_disk().map_err(unreadable)
    }

    fn work(&self) -> StoreWork {
        self.committer.work()
    }

    fn version(&self) -> Option<u64> {
        self.version.get()
    }

    async fn write<T: Send + 'static>(&self, doing: &'static str, verb: impl Verb<T>) -> Result<T, StoreError> {
        self.committer.write(doing, verb).await
    }
}
