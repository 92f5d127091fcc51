//! The store: where a school's records lie. It carries the port [`school::Store`](crate::school::Store) twice.
//!
//! [`SledStore`] keeps them on disk, and answers a write only once it would survive a power loss; [`MemoryStore`] keeps
//! them nowhere, for tests. Nothing here decides anything: the rules live in `school`.
//!
//! To be read in this order: `table` and `keys` (what there is), `records` (the bytes), `verbs` (what a write changes),
//! `record_store` (the port on any carrier), `memory_store`; then `sled_store` with `trees`, `committer` and `flush` (how a
//! write becomes durable), `folder`, `open`, `migrate` and `indexes` (whose the folder is, and of which version), and `backup`.

mod table;
mod keys;
mod records;
mod verbs;
mod record_store;
mod memory_store;
mod tables;
mod trees;
mod version;
mod batch;
mod sled_batch;
mod committer;
mod flush;
mod folder;
mod indexes;
mod migrate;
mod open;
mod open_error;
mod sled_store;
mod backup;
mod postgres;
mod place;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;

pub use backup::{
    ArchiveError, Compaction, ExportError, LoadError, LoadMistake, RestoreError, Restored, Summary, compact, load,
    restore,
};
pub use memory_store::MemoryStore;
pub use open::StoreConfig;
pub use open_error::OpenError;
pub use place::StorePlace;
pub use postgres::{
    Moved, NotADatabase, PostgresConfig, PostgresStore, load as load_database, restore as restore_database,
};
pub use sled_store::SledStore;
