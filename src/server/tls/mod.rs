//! TLS in educa itself, for a school without a front server.
//!
//! rustls with ring; HTTP/2 and HTTP/1.1 by ALPN. The certificate is read again when its files change.

mod config;
mod files;
mod acme;
mod accept;

pub use accept::{Tls, speaks_http2};
pub use config::{AcmeConfig, TlsConfig, TlsError};
