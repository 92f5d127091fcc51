//! `educa dev`: an author's preview. It builds, serves, and follows every change.
//!
//! `watching` says what changed, `rebuilding` builds it and hands it to the server, `guest` is somebody who is signed in
//! by choice, `run` composes them.

mod places;
mod batch;
mod poll;
mod watching;
mod rebuilder;
mod rebuilding;
mod words;
mod guest;
mod run;

pub use run::dev;
