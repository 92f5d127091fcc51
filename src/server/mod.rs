//! The door: HTTP and the REST API, over one published school.
//!
//! A request walks: [`serve`] accepts it → `middleware`, the door → `router` → extractors (`identity`) → a handler in
//! `pages` or `api` → `School` → the store. Published files, public and gated, are answered at the door, by `files`.
//! This room never names `site` or `store`: it reads what a build left and speaks to the school.

mod config;
mod publication;
mod app;
mod router;
mod middleware;
mod forwarded;
mod request_id;
mod hosts;
mod caching;
mod problem;
mod whole_body;
mod letters;
mod agent;
mod identity;
mod permitted;
mod local_path;
mod header_text;
mod encodings;
mod gate;
mod edge;
mod files;
mod pages;
mod api;
mod live;
mod preview;
mod operation;
mod tls;
mod places;
mod head_timer;
mod listen;
mod watch;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;

pub use api::{ApiConfig, Origin, Rates, Scope};
pub use app::App;
pub use config::ServerConfig;
pub use edge::{EdgeConfig, EdgeError, EdgeKind, EdgeSigner, SecretText, new_key as new_edge_key};
pub use files::{CacheFigures, FileCache};
pub use forwarded::{ClientAddress, ForwardedHeaders};
pub use hosts::Hosts;
pub use letters::send_digests;
pub use listen::{Routes, bind, serve};
pub use live::{Alone, Broadcast, Contact, Hint, Live, LiveConfig, NotARedis, RedisBroadcast, RedisConfig};
pub use middleware::Door;
pub use operation::{Metrics, Readiness, serve_metrics};
pub use preview::{Change, Preview};
pub use publication::{PublicationError, PublicationSource, Shelf};
pub use router::{preview_router, router};
pub use tls::{AcmeConfig, Tls, TlsConfig, TlsError};
pub use watch::{Watch, watch};
