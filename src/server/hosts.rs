//! Host check: a request must be for one of this server's names.
//!
//! Absolute URLs are made from the `Host` header; a foreign one would let a stranger write links to their own site into
//! our answers and, through a shared cache, into those of others.

use std::net::SocketAddr;

use http::uri::Authority;
use http::{HeaderMap, Uri, header};

use super::config::ServerConfig;

/// The names this server answers to.
#[derive(Debug, Clone)]
pub struct Hosts {
    names: Vec<String>,
    /// What those who know our names and our port write: found without taking it apart.
    usual: Vec<Authority>,
}

impl Hosts {
    /// `allowed_hosts`, the host of `base_url`, the address listened on, and this machine's own names.
    pub fn new(config: &ServerConfig, listening: SocketAddr) -> Self {
        let own = ["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        let base = config.base_url.as_deref().and_then(|url| url.split("://").nth(1)).map(str::to_owned);
        let base = base.and_then(|host| host.parse::<Authority>().ok()).map(|host| host.host().to_owned());
        let ip = (!listening.ip().is_unspecified()).then(|| host_of(listening));
        let names = own.into_iter().chain(base).chain(ip).chain(config.allowed_hosts.iter().cloned());
        let names: Vec<_> = names.map(|name| name.to_ascii_lowercase()).collect();
        let plain = names.iter().filter(|name| !name.starts_with(['.', '*']));
        let usual = plain.flat_map(|name| [name.clone(), format!("{name}:{}", listening.port())]);
        Self { usual: usual.filter_map(|name| name.parse().ok()).collect(), names }
    }

    /// The host a request names, if it is one of ours: with its port, as it goes into absolute URLs.
    pub fn accept(&self, uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
        let mut named = headers.get_all(header::HOST).iter();
        if let (None, Some(host), None) = (uri.authority(), named.next(), named.next())
            && let Some(usual) = self.usual.iter().find(|usual| usual.as_str().as_bytes() == host.as_bytes())
        {
            return Some(usual.clone());
        }
        let mut named = headers.get_all(header::HOST).iter();
        let header = named.next().and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
        if named.next().is_some() {
            return None;
        }
        // HTTP/2 and proxies name it in the target; if both do, they must agree.
        let authority: Authority = match (uri.authority(), header) {
            (Some(target), Some(header)) if *target != header => return None,
            (Some(target), _) => target.clone(),
            (None, header) => header?,
        };
        let port = authority.as_str().strip_prefix(authority.host())?;
        if !port.is_empty() && authority.port_u16().is_none() {
            return None;
        }
        let host = authority.host().to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        self.names.iter().any(|name| matches(name, host)).then_some(authority)
    }
}

/// `*` is every host, `.school.example` is `school.example` and all below it.
fn matches(name: &str, host: &str) -> bool {
    match name.strip_prefix('.') {
        Some(domain) => host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => name == "*" || name == host,
    }
}

fn host_of(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(host: &str) -> bool {
        let config = ServerConfig {
            base_url: Some("https://school.example:8443".into()),
            allowed_hosts: vec![".learn.example".into()],
            ..ServerConfig::default()
        };
        let hosts = Hosts::new(&config, SocketAddr::from(([10, 0, 0, 7], 80)));
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header"));
        hosts.accept(&Uri::from_static("/"), &headers).is_some()
    }

    #[test]
    fn only_our_names_are_accepted() {
        for host in [
            "localhost:8000",
            "127.0.0.1",
            "[::1]:80",
            "School.Example",
            "school.example.",
            "10.0.0.7:80",
            "learn.example",
            "a.learn.example",
        ] {
            assert!(accepted(host), "{host}");
        }
        for host in
            ["", "evil.example", "evil-learn.example", "user@localhost", "localhost:99999", "localhost:x", "10.0.0.8"]
        {
            assert!(!accepted(host), "{host}");
        }
    }

    #[test]
    fn a_missing_double_or_contradicting_host_is_refused() {
        let hosts = Hosts::new(&ServerConfig::default(), SocketAddr::from(([0, 0, 0, 0], 80)));
        let mut headers = HeaderMap::new();
        assert_eq!(hosts.accept(&Uri::from_static("/"), &headers), None);
        headers.append(header::HOST, "localhost".parse().expect("a header"));
        assert!(hosts.accept(&Uri::from_static("/"), &headers).is_some());
        assert_eq!(hosts.accept(&Uri::from_static("http://evil.example/"), &headers), None);
        headers.append(header::HOST, "localhost".parse().expect("a header"));
        assert_eq!(hosts.accept(&Uri::from_static("/"), &headers), None);
    }
}
