//! The OpenAPI document: what the API can do, for programs that make clients and for people who read. Row R27.
//!
//! It is made of what the server itself works with: the [`Endpoint`](super::call::Endpoint) of an operation says its
//! methods, credentials and limits, a [`Rule`](super::body::Rule) what a field may hold, the types of `wire` what an
//! answer looks like. `tests/suite/api_document.rs` asks the server whether all of it is so.

mod operation;
mod operations;
mod schemas;
mod document;
mod handlers;
mod pages;

pub use handlers::{docs, schema};
