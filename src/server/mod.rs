//! The door: HTTP and the REST API, over one published school.
//!
//! A request walks: [`serve`] accepts it → the middleware stack → `router` → extractors (`identity`) → a
//! handler in `pages` or `api` → `School` → the store. Public and gated files take the same walk and end in `files`.
//! This room never names `site` or `store`: it reads what a build left and speaks to the school.

mod config;
mod publication;
mod app;
mod router;
mod middleware;
mod forwarded;
mod hosts;
mod caching;
mod problem;
mod letters;
mod agent;
mod identity;
mod local_path;
mod encodings;
mod gate;
mod files;
mod pages;
mod api;
mod preview;
mod listen;
mod watch;

pub use app::App;
pub use config::ServerConfig;
pub use forwarded::{ClientAddress, ForwardedHeaders};
pub use hosts::Hosts;
pub use listen::{bind, serve};
pub use preview::{Change, Preview};
pub use publication::{PublicationError, PublicationSource, Shelf};
pub use router::{preview_router, router};
pub use watch::{Watch, watch};
