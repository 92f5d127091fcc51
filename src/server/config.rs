//! What the server needs to know besides what a build left.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::api::ApiConfig;
use super::forwarded::ForwardedHeaders;
use super::live::LiveConfig;
use super::tls::TlsConfig;

/// Settings of the server: `[server]` of educa.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the site will be found, such as `https://school.example`: decides the scheme of absolute URLs and whether
    /// cookies are `Secure`.
    pub base_url: Option<String>,
    /// Names this server answers to besides those of `base_url`, `listen` and this machine.
    pub allowed_hosts: Vec<String>,
    /// Front servers whose word on the client counts.
    pub trusted_proxies: Vec<IpNet>,
    /// The headers in which they say it.
    pub forwarded_headers: ForwardedHeaders,
    /// Where nginx finds `private/` by an internal location, such as `/protected/`: it then sends gated files itself.
    pub accel_redirect: Option<String>,
    /// Certificate and key, if educa encrypts by itself.
    pub tls: Option<TlsConfig>,
    /// Where figures for Prometheus are, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Whether each request is a line of the log.
    pub log_requests: bool,
    /// Whether that line says whose address it came from.
    pub log_clients: bool,
    /// Connections at one time; further ones wait to be accepted. The last quarter is not for an address that has many.
    pub max_connections: usize,
    /// How long a client may take to send a request's head.
    pub head_timeout: Duration,
    /// How long a client may take none of an answer before it is cut off.
    pub write_timeout: Duration,
    /// How long a request may take in all.
    pub request_timeout: Duration,
    /// The largest body of a request, in bytes.
    pub max_body: usize,
    /// How long the server goes on as before after it was told to stop, but says to probes that it is not ready.
    pub drain: Duration,
    /// The REST API: `[api]`.
    pub api: ApiConfig,
    /// Course chat and presence: `[live]`.
    pub live: LiveConfig,
    /// How many bytes of published files may be kept in memory; 0 keeps none.
    pub cache_bytes: usize,
    /// How long requests that were accepted may go on after the server was told to stop.
    pub grace: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            base_url: None,
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            forwarded_headers: ForwardedHeaders::default(),
            accel_redirect: None,
            tls: None,
            metrics: None,
            log_requests: false,
            log_clients: false,
            max_connections: 8_192,
            head_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(30),
            max_body: 256 * 1024,
            drain: Duration::ZERO,
            api: ApiConfig::default(),
            live: LiveConfig::default(),
            cache_bytes: 64 * 1024 * 1024,
            grace: Duration::from_secs(10),
        }
    }
}

impl ServerConfig {
    /// Whether visitors come by https, so that cookies can be kept from any other way.
    pub fn is_https(&self) -> bool {
        self.base_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}
