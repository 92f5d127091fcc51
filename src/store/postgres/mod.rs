//! Records in PostgreSQL, where several processes share one school.
//!
//! `address` says which database, and `link` leads there. Reads go through the pool of `readers`; every write through the
//! one committer of this process, whose batches (`batches`) take turns with those of other processes. `opening` makes the
//! relation, `held` is all of it in the hands of one: for migrations, dumps and what is loaded (`moving`).

mod address;
mod link;
mod words;
mod statements;
mod rest;
mod readers;
mod batches;
mod opening;
mod held;
mod moving;
mod postgres_store;

pub use address::{NotADatabase, PostgresConfig};
pub use moving::{Moved, load, restore};
pub use postgres_store::PostgresStore;
