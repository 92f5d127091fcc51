//! What a front server says of a request: whose it is, and how it came to the front server.
//!
//! Anybody can write `X-Forwarded-For`. It counts only if the connection comes from a proxy that the operator trusts, and
//! then only as far as trusted proxies wrote it: entries are read from the right, where each proxy adds the address of
//! who asked it, up to the first address that is no trusted proxy's. What stands left of that is the client's own word.
//! Of `X-Forwarded-*` and `Forwarded` only the one that the operator named is read, because a proxy that writes one hands
//! the other through as a stranger sent it. All of them are gone from the request behind the door.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{FromRequestParts, Request};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use ipnet::IpNet;
use rfc7239::{NodeIdentifier, NodeName};

use super::config::ServerConfig;
use super::header_text::header_text;

/// Which headers the operator's proxies write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardedHeaders {
    /// `X-Forwarded-For`, `X-Forwarded-Proto`, `X-Forwarded-Host`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The other end of the connection; put into each request by the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether the connection is encrypted.
    pub tls: bool,
}

/// How a request came, once it is known what may be believed of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Who asks: the peer, or whom trusted proxies name.
    pub client: IpAddr,
    /// Whether they came by https.
    pub https: bool,
    /// Whether a trusted proxy handed the request on.
    pub through_proxy: bool,
}

impl Way {
    /// Nothing is known: a request that came through no connection of ours.
    const UNKNOWN: Self = Self { client: IpAddr::V4(Ipv4Addr::UNSPECIFIED), https: false, through_proxy: false };

    /// How a request came.
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get().copied().unwrap_or(Self::UNKNOWN)
    }
}

/// The address of whoever asks, for limits; not for the log, unless the operator wants it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Way::of(parts).client))
    }
}

/// Finds out how a request came, and lets nobody behind the door read what was not to be believed.
pub fn receive(config: &ServerConfig, request: &mut Request) -> Way {
    // Nobody behind the door asks for it.
    let peer = request.extensions_mut().remove::<Peer>();
    let said = peer.map_or_else(Said::default, |peer| said(peer, config, request.headers()));
    let way = said.way.unwrap_or(Way::UNKNOWN);
    request.extensions_mut().insert(way);
    tidy(request.headers_mut(), way);
    if let Some(host) = said.host {
        put_host(request, &host);
    }
    way
}

#[derive(Default)]
struct Said {
    way: Option<Way>,
    host: Option<Authority>,
}

fn said(peer: Peer, config: &ServerConfig, headers: &HeaderMap) -> Said {
    let address = peer.address.ip().to_canonical();
    let through_proxy = is_trusted(&config.trusted_proxies, address);
    let own = Way { client: address, https: peer.tls, through_proxy };
    if !through_proxy {
        return Said { way: Some(own), host: None };
    }
    let Forwarding { hops, proto, host } = match config.forwarded_headers {
        ForwardedHeaders::XForwarded => x_forwarded(headers),
        ForwardedHeaders::Forwarded => forwarded(headers),
    };
    let client = client(address, &config.trusted_proxies, hops);
    let https = proto.map_or(peer.tls, |proto| proto.eq_ignore_ascii_case("https"));
    Said { way: Some(Way { client, https, ..own }), host: host.and_then(|host| host.parse().ok()) }
}

/// Whether an address is that of a proxy that the operator trusts.
pub fn is_trusted(proxies: &[IpNet], address: IpAddr) -> bool {
    proxies.iter().any(|network| network.contains(&address))
}

/// Who asked the outermost trusted proxy. An entry that is no address ends the walk at the proxy that wrote it.
fn client(peer: IpAddr, proxies: &[IpNet], hops_from_the_right: Vec<Option<IpAddr>>) -> IpAddr {
    let mut at = peer;
    for hop in hops_from_the_right {
        match hop {
            Some(hop) if is_trusted(proxies, at) => at = hop.to_canonical(),
            _ => break,
        }
    }
    at
}

/// What the headers of a trusted proxy say. Of what several proxies may have said, the nearest one's word counts.
struct Forwarding {
    hops: Vec<Option<IpAddr>>,
    proto: Option<String>,
    host: Option<String>,
}

fn x_forwarded(headers: &HeaderMap) -> Forwarding {
    let last = |name| entries_from_the_right(headers, name).next().filter(|text| !text.is_empty()).map(str::to_owned);
    Forwarding {
        hops: entries_from_the_right(headers, &X_FORWARDED_FOR).map(address).collect(),
        proto: last(&X_FORWARDED_PROTO),
        host: last(&X_FORWARDED_HOST),
    }
}

fn forwarded(headers: &HeaderMap) -> Forwarding {
    let mut hops = Vec::new();
    let (mut proto, mut host) = (None, None);
    // A line with bytes that are no text is still a line: without it, what a stranger wrote before would count.
    let values = headers.get_all(header::FORWARDED).iter().map(header_text);
    let values: Vec<_> = values.collect();
    for (at, element) in values.iter().rev().flat_map(|value| rfc7239::parse(value).rev()).enumerate() {
        let Ok(element) = element else { break };
        if at == 0 {
            let plain = |value: &str| value.trim_matches('"').to_owned();
            (proto, host) = (element.protocol.map(plain), element.host.map(plain));
        }
        hops.push(element.forwarded_for.and_then(|node| match node {
            NodeIdentifier { name: NodeName::Ip(address), .. } => Some(address),
            _ => None,
        }));
    }
    Forwarding { hops, proto, host }
}

/// The entries of a list header that may come in several lines. One that is no text says nothing; the others stay what
/// they are, or a stranger's bytes would hide what the proxy wrote behind them.
fn entries_from_the_right<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines: Vec<_> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
    let entries = lines.into_iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',').map(<[u8]>::trim_ascii));
    entries.map(|entry| std::str::from_utf8(entry).ok().filter(|text| text.is_ascii()).unwrap_or_default())
}

/// An address as proxies write it: alone, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let alone = text.parse().ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    alone.or_else(bracketed).or_else(with_port)
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Removes what was read, and from strangers also what only a proxy may ask about.
fn tidy(headers: &mut HeaderMap, way: Way) {
    // Looking through a few names is quicker than looking up eight.
    let may_be_one = |name: &HeaderName| name.as_str().starts_with("x-") || *name == header::FORWARDED;
    if !headers.keys().any(may_be_one) {
        return;
    }
    for name in [X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, header::FORWARDED] {
        headers.remove(name);
    }
    if !way.through_proxy {
        for name in ["x-forwarded-uri", "x-forwarded-method", "x-original-uri", "x-original-method"] {
            headers.remove(name);
        }
    }
}

/// Makes a request one for the host that its sender named to the proxy; it still must be one of ours.
fn put_host(request: &mut Request, host: &Authority) {
    let Ok(value) = HeaderValue::from_str(host.as_str()) else { return };
    request.headers_mut().insert(header::HOST, value);
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(path.unwrap_or(PathAndQuery::from_static("/")));
}

/// A cookie that was asked for by https is for https only.
pub fn secure_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let secure = |text: &str| text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure"));
        let cookie = match cookie.to_str() {
            Ok(text) if !secure(text) => HeaderValue::from_str(&format!("{text}; Secure")).unwrap_or(cookie),
            _ => cookie,
        };
        headers.append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(headers: ForwardedHeaders) -> ServerConfig {
        let trusted_proxies = ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"].map(|text| text.parse().expect("a network"));
        ServerConfig { trusted_proxies: trusted_proxies.into(), forwarded_headers: headers, ..ServerConfig::default() }
    }

    fn said_of(headers: ForwardedHeaders, peer: &str, sent: &[(&str, &str)]) -> Said {
        let mut map = HeaderMap::new();
        for (name, value) in sent {
            map.append(HeaderName::try_from(*name).expect("a name"), value.parse().expect("a value"));
        }
        let address = SocketAddr::new(peer.parse().expect("an address"), 4711);
        said(Peer { address, tls: false }, &config(headers), &map)
    }

    fn client_of(peer: &str, sent: &[(&str, &str)]) -> String {
        said_of(ForwardedHeaders::XForwarded, peer, sent).way.expect("a way").client.to_string()
    }

    #[test]
    fn a_strangers_headers_say_nothing() {
        for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
            assert_eq!(client_of("203.0.113.9", &[(name, "for=1.2.3.4"), (name, "1.2.3.4")]), "203.0.113.9");
        }
        let sent = [("x-forwarded-proto", "https"), ("x-forwarded-host", "school.example")];
        let said = said_of(ForwardedHeaders::XForwarded, "203.0.113.9", &sent);
        let way = said.way.expect("a way");
        assert!(!way.https && !way.through_proxy && said.host.is_none());
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_asks() {
        for (peer, sent, client) in [
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("127.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1", "127.0.0.1, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
            ("127.0.0.1", "10.2.2.2, 10.1.1.1", "10.2.2.2"),
            ("127.0.0.1", "1.2.3.4, unknown", "127.0.0.1"),
            ("127.0.0.1", "1.2.3.4, , 10.1.1.1", "10.1.1.1"),
            ("127.0.0.1", "1.2.3.4,203.0.113.9:4711", "203.0.113.9"),
            ("fd00::1", "[2001:db8::7]:4711", "2001:db8::7"),
            ("fd00::1", "[2001:db8::7]", "2001:db8::7"),
            ("::ffff:127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
            ("127.0.0.1", "203.0.113.9, ::ffff:10.1.1.1", "203.0.113.9"),
        ] {
            assert_eq!(client_of(peer, &[("x-forwarded-for", sent)]), client, "{peer}: {sent}");
        }
        let lines = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "203.0.113.9, 10.1.1.1")];
        assert_eq!(client_of("127.0.0.1", &lines), "203.0.113.9");
        assert_eq!(client_of("127.0.0.1", &[("forwarded", "for=1.2.3.4")]), "127.0.0.1", "not the header that counts");
    }

    #[test]
    fn forwarded_is_read_the_same_way() {
        for (sent, client) in [
            ("for=203.0.113.9;proto=https;host=school.example", "203.0.113.9"),
            ("for=1.2.3.4, For=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("for=1.2.3.4, for=203.0.113.9, for=10.1.1.1", "203.0.113.9"),
            ("for=1.2.3.4, for=_hidden", "127.0.0.1"),
            ("for=1.2.3.4, nonsense", "127.0.0.1"),
            ("for=\"1.2.3.4, for=203.0.113.9", "203.0.113.9"),
        ] {
            let said = said_of(ForwardedHeaders::Forwarded, "127.0.0.1", &[("forwarded", sent)]);
            assert_eq!(said.way.expect("a way").client.to_string(), client, "{sent}");
        }
        let sent = [("forwarded", "for=1.2.3.4;proto=http, for=9.9.9.9;proto=https;host=\"school.example:8443\"")];
        let said = said_of(ForwardedHeaders::Forwarded, "127.0.0.1", &sent);
        assert!(said.way.expect("a way").https);
        assert_eq!(said.host.expect("a host"), "school.example:8443");
        let other = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")];
        let said = said_of(ForwardedHeaders::Forwarded, "127.0.0.1", &other);
        assert_eq!(said.way.expect("a way").client.to_string(), "127.0.0.1");
    }

    #[test]
    fn bytes_that_are_no_text_hide_nothing() {
        let not_text = |rest: &str| HeaderValue::from_bytes(&[b"\xff", rest.as_bytes()].concat()).expect("a value");
        for (kind, name, stranger, proxy) in [
            (ForwardedHeaders::XForwarded, X_FORWARDED_FOR, "1.2.3.4", ", 203.0.113.9"),
            (ForwardedHeaders::Forwarded, header::FORWARDED, "for=1.2.3.4", ", for=203.0.113.9"),
        ] {
            let mut map = HeaderMap::new();
            map.append(&name, HeaderValue::from_static(stranger));
            map.append(&name, not_text(proxy));
            let peer = Peer { address: SocketAddr::from(([127, 0, 0, 1], 4711)), tls: false };
            let way = said(peer, &config(kind), &map).way.expect("a way");
            assert_eq!(way.client.to_string(), "203.0.113.9", "{name}");
        }
    }

    #[test]
    fn cookies_of_https_are_secure_once() {
        let mut headers = HeaderMap::new();
        for cookie in ["a=1; Path=/", "b=2; Secure", "c=secure"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        secure_cookies(&mut headers);
        let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1; Path=/; Secure", "b=2; Secure", "c=secure; Secure"]);
    }
}
