//! The stage: small schools, running servers, the program.

mod database;
mod mail_server;
mod program;
mod preview;
mod raw;
mod redis;
mod report;
mod school;
mod server;
mod service;
mod socket;

pub use database::{Cluster, Database};
pub use mail_server::MailServer;
pub use preview::{Author, build_of};
pub use program::{Program, Run, Running};
pub use raw::{Raw, answers};
pub use redis::{Redis, Shared, on_a_channel};
pub use report::assert_report;
pub use school::{Site, picture, tree};
pub use server::{PASSWORD, Server, Visitor, assert_guarded, header, link_in, location, session};
pub use socket::{Caller, Client};
