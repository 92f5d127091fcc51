//! `[server]`: where to listen, and for whom.

use std::net::SocketAddr;

use super::layer::{at_least_one, set};
use crate::fields::Fields;
use crate::server::ServerConfig;

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct ServerTable {
    listen: Option<SocketAddr>,
    allowed_hosts: Option<Vec<String>>,
    max_connections: Option<u32>,
}

impl ServerTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            listen: address(fields, "listen"),
            allowed_hosts: list(fields, "allowed_hosts"),
            max_connections: at_least_one(fields, "max_connections"),
        }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            allowed_hosts: self.allowed_hosts.or(below.allowed_hosts),
            max_connections: self.max_connections.or(below.max_connections),
        }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, server: &mut ServerConfig) {
        set(&mut server.listen, self.listen);
        set(&mut server.allowed_hosts, self.allowed_hosts);
        set(&mut server.max_connections, self.max_connections.map(|n| n as usize));
    }
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
fn list(fields: &mut Fields<'_>, key: &'static str) -> Option<Vec<String>> {
    let given = fields.has(key);
    let texts = fields.texts(key).into_iter().map(|(text, _)| text).collect();
    given.then_some(texts)
}
