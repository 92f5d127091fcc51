//! The stage: small schools, running servers, the program.

mod program;
mod raw;
mod school;
mod server;

pub use program::{Program, Running};
pub use raw::{Raw, answers};
pub use school::{Site, tree};
pub use server::{PASSWORD, Server, Visitor, assert_guarded, header, location, session};
