//! Front servers: a first byte that says who asks, then lines `name: value`, the headers that a stranger sent.

use std::net::{IpAddr, SocketAddr};
use std::path::{Component, Path};

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::percent_decode_str;

use crate::course::Address;
use crate::server::forwarded::{ForwardedHeaders, Peer, Way, receive};
use crate::server::gate::{asked_address, asked_only_reads};
use crate::server::{Hosts, ServerConfig};

const PROXY: &str = "10.0.0.1";
const STRANGER: &str = "203.0.113.9";

const SAID: [&str; 4] = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"];
const ASKED: [&str; 4] = ["x-forwarded-uri", "x-forwarded-method", "x-original-uri", "x-original-method"];

/// What a stranger wrote is never believed, whoever hands it on; what a front server asks about is one file.
pub fn front_servers(bytes: &[u8]) {
    let (flags, text) = bytes.split_first().map_or((0, bytes), |(flags, text)| (*flags, text));
    let sent = headers(text);
    let kind = if flags & 1 == 0 { ForwardedHeaders::XForwarded } else { ForwardedHeaders::Forwarded };
    let config = ServerConfig {
        trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
        forwarded_headers: kind,
        allowed_hosts: vec!["school.example".to_owned()],
        ..ServerConfig::default()
    };
    a_stranger_is_who_they_are(&config, &sent, flags & 2 != 0);
    a_proxy_is_believed_to_its_own_word(&config, &sent);
    one_file_is_asked_about(&sent);
}

fn headers(text: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in text.split(|byte| *byte == b'\n').take(64) {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..at]);
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// A request from an address, received: how it came, and what is left of it.
fn received(config: &ServerConfig, from: &str, tls: bool, headers: HeaderMap) -> (Way, Request) {
    let mut request = Request::new(Body::empty());
    *request.headers_mut() = headers;
    let address = SocketAddr::new(from.parse().expect("an address"), 4711);
    request.extensions_mut().insert(Peer { address, tls });
    let way = receive(config, &mut request);
    for name in SAID {
        assert!(!request.headers().contains_key(name), "{name} is read once");
    }
    let hosts = Hosts::new(config, SocketAddr::from(([127, 0, 0, 1], 80)));
    if let Some(accepted) = hosts.accept(request.uri(), request.headers()) {
        let name = accepted.host().to_ascii_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        assert!(["localhost", "127.0.0.1", "[::1]", "school.example"].contains(&name), "{name}");
        assert!(!accepted.as_str().contains('@'), "{accepted}");
    }
    (way, request)
}

fn a_stranger_is_who_they_are(config: &ServerConfig, sent: &HeaderMap, tls: bool) {
    let (way, request) = received(config, STRANGER, tls, sent.clone());
    assert_eq!(way, Way { client: ip(STRANGER), https: tls, through_proxy: false });
    assert!(ASKED.iter().all(|name| !request.headers().contains_key(*name)), "only a front server asks");
    let host = |headers: &HeaderMap| headers.get_all(header::HOST).iter().cloned().collect::<Vec<_>>();
    assert_eq!(host(request.headers()), host(sent), "a stranger's host is the one they named");
}

/// The proxy hands on what it got, with the address of who sent it at the end: in the last line, or one of its own.
fn a_proxy_is_believed_to_its_own_word(config: &ServerConfig, sent: &HeaderMap) {
    let (name, own) = match config.forwarded_headers {
        ForwardedHeaders::XForwarded => (HeaderName::from_static(SAID[0]), STRANGER.to_owned()),
        ForwardedHeaders::Forwarded => (header::FORWARDED, format!("for={STRANGER};proto=https")),
    };
    let mut values: Vec<_> = sent.get_all(&name).iter().map(|value| value.as_bytes().to_vec()).collect();
    for own_line in [true, false] {
        match values.last_mut() {
            Some(last) if !own_line => *last = [last, own.as_bytes()].join(&b", "[..]),
            _ => values.push(own.clone().into_bytes()),
        }
        let mut handed_on = sent.clone();
        handed_on.remove(&name);
        for value in &values {
            handed_on.append(&name, HeaderValue::from_bytes(value).expect("it was one before"));
        }
        let (way, request) = received(config, PROXY, false, handed_on);
        assert!(way.through_proxy && way.client == ip(STRANGER), "{way:?} of {values:?}");
        assert!(
            request.headers().get_all(header::HOST).iter().count() <= sent.get_all(header::HOST).iter().count() + 1
        );
        if own_line {
            values.pop();
        }
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn one_file_is_asked_about(sent: &HeaderMap) {
    let _ = asked_only_reads(sent);
    let Some(address) = asked_address(sent) else { return };
    let values: Vec<_> = ["x-original-uri", "x-forwarded-uri"].iter().flat_map(|name| sent.get_all(*name)).collect();
    assert_eq!(values.len(), 1, "one word");
    let target = values[0].to_str().expect("a text");
    assert_eq!(opened(target).as_deref(), Some(address.as_str()), "a front server opens the same");
    let root = Path::new("/srv/private");
    let file = root.join(address.file());
    let below = file.strip_prefix(root).expect("inside");
    assert!(below.components().all(|part| matches!(part, Component::Normal(_))), "{file:?}");
    let again = HeaderValue::from_str(&address.href()).expect("a header");
    let again = asked_address(&HeaderMap::from_iter([(HeaderName::from_static(ASKED[2]), again)]));
    assert_eq!(again.as_ref().map(Address::as_str), Some(address.as_str()), "our own link to it is understood");
}

/// The path as nginx makes it of a target: without query and fragment, decoded once, slashes joined, dots resolved.
fn opened(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next()?;
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let mut parts = Vec::new();
    let mut folder = true;
    for part in decoded.strip_prefix('/')?.split('/') {
        folder = ["", ".", ".."].contains(&part);
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let end = if folder && !parts.is_empty() { "/" } else { "" };
    Some(format!("/{}{end}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_what_is_near_them() {
        crate::disk::each_seed("front_servers", super::front_servers);
    }
}
