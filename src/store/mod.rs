//! The store: where a school's records lie. It carries the port [`school::Store`](crate::school::Store) twice.
//!
//! [`SledStore`] keeps them on disk, and answers a write only once it would survive a power loss; [`MemoryStore`] keeps
//! them nowhere, for tests. Nothing here knows what the records are for: the rules live in `school`.
//!
//! To be read in this order: `records` (the bytes), `tables` (their keys), `verbs` (what a write changes), `committer` and
//! `flush` (how it becomes durable), `folder` and `open` (whose the folder is), `sled_store`, `memory_store`.

mod committer;
mod flush;
mod folder;
mod memory_store;
mod open;
mod open_error;
mod records;
mod sled_store;
mod tables;
mod verbs;

pub use memory_store::MemoryStore;
pub use open::StoreConfig;
pub use open_error::OpenError;
pub use sled_store::SledStore;
