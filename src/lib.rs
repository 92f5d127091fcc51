//! educa: a static-site generator for courses with a small enrollment server.
//!
//! Course files become static pages ahead of time; the server opens the door to them: who you are, what you joined,
//! what you may read. The rooms, in reading order:
//!
//! - ground: [`diag`] what an author did wrong, [`digest`] identity of bytes, [`disk`] the only room that touches files,
//!   [`fields`] settings that know where they stand, [`trust`] by what another server is known
//! - [`course`]: the nouns, and the catalog that both flows share
//! - [`theme`]: views into HTML, for built pages and the server's own
//! - [`site`]: course files into `public/` and `private/`
//! - [`school`]: the rules for accounts, enrollment and the gate, and the ports they need
//! - [`store`]: where the records lie
//! - [`mail`]: who carries letters: an outbox folder, SMTP
//! - [`server`]: the door: HTTP and the REST API
//! - [`cli`]: commands; the only room that knows all the others
//!
//! Which room may name which is a table in ARCHITECTURE.md, and `tests/tidy.rs` keeps it.

pub mod diag;
pub mod digest;
pub mod disk;
pub mod fields;
pub mod trust;

pub mod course;
pub mod theme;
pub mod site;
pub mod school;
pub mod store;
pub mod mail;
pub mod server;
pub mod cli;
