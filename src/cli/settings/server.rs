//! `[server]`: where to listen, and for whom.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use ipnet::IpNet;

use super::LogFormat;
use super::layer::{at_least_one, set};
use super::tls::TlsTable;
use crate::fields::Fields;
use crate::server::{ForwardedHeaders, ServerConfig};

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct ServerTable {
    listen: Option<SocketAddr>,
    allowed_hosts: Option<Vec<String>>,
    trusted_proxies: Option<Vec<IpNet>>,
    forwarded_headers: Option<ForwardedHeaders>,
    accel_redirect: Option<String>,
    max_connections: Option<u32>,
    cache_mb: Option<u32>,
    tls: TlsTable,
    metrics: Option<SocketAddr>,
    log: Option<LogFormat>,
    log_requests: Option<bool>,
    log_clients: Option<bool>,
    drain_seconds: Option<u32>,
}

impl ServerTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            listen: address(fields, "listen"),
            allowed_hosts: list(fields, "allowed_hosts"),
            trusted_proxies: networks(fields, "trusted_proxies"),
            forwarded_headers: fields.choice("forwarded_headers", &FORWARDED_HEADERS),
            accel_redirect: internal_location(fields, "accel_redirect"),
            max_connections: at_least_one(fields, "max_connections"),
            cache_mb: fields.number("cache_mb").map(|(megabytes, _)| megabytes),
            tls: fields.table("tls", TlsTable::read).unwrap_or_default(),
            metrics: address(fields, "metrics"),
            log: fields.choice("log", &[("text", LogFormat::Text), ("json", LogFormat::Json)]),
            log_requests: fields.optional_flag("log_requests"),
            log_clients: fields.optional_flag("log_clients"),
            drain_seconds: fields.number("drain_seconds").map(|(seconds, _)| seconds),
        }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            allowed_hosts: self.allowed_hosts.or(below.allowed_hosts),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            forwarded_headers: self.forwarded_headers.or(below.forwarded_headers),
            accel_redirect: self.accel_redirect.or(below.accel_redirect),
            max_connections: self.max_connections.or(below.max_connections),
            cache_mb: self.cache_mb.or(below.cache_mb),
            tls: self.tls.over(below.tls),
            metrics: self.metrics.or(below.metrics),
            log: self.log.or(below.log),
            log_requests: self.log_requests.or(below.log_requests),
            log_clients: self.log_clients.or(below.log_clients),
            drain_seconds: self.drain_seconds.or(below.drain_seconds),
        }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, root: &Path, log: &mut LogFormat, server: &mut ServerConfig) {
        set(&mut server.listen, self.listen);
        set(&mut server.allowed_hosts, self.allowed_hosts);
        set(&mut server.trusted_proxies, self.trusted_proxies);
        set(&mut server.forwarded_headers, self.forwarded_headers);
        server.accel_redirect = self.accel_redirect;
        server.tls = self.tls.into_config(root);
        server.metrics = self.metrics;
        set(log, self.log);
        set(&mut server.log_requests, self.log_requests);
        set(&mut server.log_clients, self.log_clients);
        set(&mut server.drain, self.drain_seconds.map(|seconds| Duration::from_secs(seconds.into())));
        set(&mut server.max_connections, self.max_connections.map(|n| n as usize));
        set(&mut server.cache_bytes, self.cache_mb.map(|mb| (mb as usize).saturating_mul(1024 * 1024)));
    }
}

const FORWARDED_HEADERS: [(&str, ForwardedHeaders); 2] =
    [("x-forwarded", ForwardedHeaders::XForwarded), ("forwarded", ForwardedHeaders::Forwarded)];

/// A path of a front server, between slashes.
fn internal_location(fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    let (path, span) = fields.spanned_text(key)?;
    let plain =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let within = path.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    if within.is_some_and(|within| within.split('/').all(plain)) {
        return Some(path);
    }
    fields.wrong(span, format!("`{key}` is not an internal location"), "write a path such as \"/protected/\"");
    None
}

/// An address with its port.
fn address(fields: &mut Fields<'_>, key: &'static str) -> Option<SocketAddr> {
    let (text, span) = fields.spanned_text(key)?;
    let address = text.parse().ok();
    if address.is_none() {
        let help = "write an address and a port, such as \"127.0.0.1:8000\" or \"[::]:80\"";
        fields.wrong(span, format!("`{key}` is not an address with a port"), help);
    }
    address
}

/// A list of texts, if given; it may be empty.
pub fn list(fields: &mut Fields<'_>, key: &'static str) -> Option<Vec<String>> {
    let given = fields.has(key);
    let texts = fields.texts(key).into_iter().map(|(text, _)| text).collect();
    given.then_some(texts)
}

/// A list of addresses and networks, if given.
fn networks(fields: &mut Fields<'_>, key: &'static str) -> Option<Vec<IpNet>> {
    let given = fields.has(key);
    let mut networks = Vec::new();
    for (text, span) in fields.texts(key) {
        let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
        match text.parse().ok().or_else(address) {
            Some(network) => networks.push(network),
            None => fields.wrong(
                span,
                format!("`{key}` cannot hold \"{text}\""),
                "write addresses and networks, such as [\"127.0.0.1\", \"10.0.0.0/8\"]",
            ),
        }
    }
    given.then_some(networks)
}
