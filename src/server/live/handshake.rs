//! The handshake: what is checked before a connection becomes a socket. Whatever is wrong is said as a plain answer of HTTP,
//! in the form of the API's errors.
//!
//! Over HTTP/2 nothing becomes a socket (the server does not offer RFC 8441): browsers then open a connection of HTTP/1.1
//! for it by themselves, and whoever asks over HTTP/2 all the same hears 426.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
use hyper::upgrade::OnUpgrade;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::sockets::NoSocket;
use crate::school::SchoolError;
use crate::server::api::LogLine;
use crate::server::caching::uncached;
use crate::server::middleware::RequestHost;
use crate::server::problem::Problem;

/// What a key is signed with (RFC 6455, section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A request that does not become a socket.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    detail: String,
    header: Option<(HeaderName, HeaderValue)>,
    log: Option<String>,
}

impl Refused {
    fn new(status: StatusCode, detail: &str) -> Self {
        Self { status, detail: detail.to_owned(), header: None, log: None }
    }

    fn with(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, HeaderValue::from_static(value))), ..self }
    }

    /// There is no such socket.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found.")
    }

    /// Nobody is signed in.
    pub fn not_authenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Authentication credentials were not provided.")
    }

    /// Somebody is, and may not.
    pub fn permission_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "You do not have permission to perform this action.")
    }

    /// A parameter is wrong.
    pub fn bad_request(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// As many rooms are open as may be.
    pub fn full() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too many people are here. Please try again in a moment.")
            .with(header::RETRY_AFTER, "10")
    }
}

impl From<NoSocket> for Refused {
    fn from(why: NoSocket) -> Self {
        let detail = match why {
            NoSocket::Full => return Self::full(),
            NoSocket::Account => "This account has too many connections open.",
            NoSocket::Address => "Too many connections are open from this address.",
        };
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail).with(header::RETRY_AFTER, "10")
    }
}

impl From<SchoolError> for Refused {
    fn from(error: SchoolError) -> Self {
        let Problem { status, detail, log, .. } = error.into();
        Self { log, ..Self::new(status, &detail).with(header::RETRY_AFTER, "5") }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "detail": self.detail }).to_string();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        if let Some(log) = self.log {
            response.extensions_mut().insert(LogLine(log));
        }
        uncached(response)
    }
}

/// A request that is one of the protocol, and of our own pages or of a program.
pub struct Handshake {
    key: HeaderValue,
    upgrade: OnUpgrade,
}

impl Handshake {
    /// Checks what can be checked without asking who it is.
    pub fn check(parts: &mut Parts) -> Result<Self, Refused> {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            let detail = "Only GET is understood here.";
            return Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, detail).with(header::ALLOW, "GET, HEAD"));
        }
        let asks = parts.method == Method::GET
            && parts.version == Version::HTTP_11
            && has_word(&parts.headers, header::CONNECTION, "upgrade")
            && has_word(&parts.headers, header::UPGRADE, "websocket");
        let upgrade = parts.extensions.remove::<OnUpgrade>().filter(|_| asks);
        let Some(upgrade) = upgrade else {
            let detail = "This address speaks the WebSocket protocol over HTTP/1.1.";
            return Err(Refused::new(StatusCode::UPGRADE_REQUIRED, detail).with(header::UPGRADE, "websocket"));
        };
        if only(&parts.headers, header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            let refused = Refused::bad_request("Only version 13 of the WebSocket protocol is understood.");
            return Err(refused.with(header::SEC_WEBSOCKET_VERSION, "13"));
        }
        let key = only(&parts.headers, header::SEC_WEBSOCKET_KEY)
            .filter(|key| BASE64_STANDARD.decode(key.as_bytes()).is_ok_and(|key| key.len() == 16));
        let key = key.ok_or_else(|| Refused::bad_request("Sec-WebSocket-Key must be 16 bytes in base64."))?.clone();
        if !is_own_origin(parts) {
            let detail = "Pages of other sites cannot open this.";
            return Err(Refused::new(StatusCode::FORBIDDEN, detail));
        }
        Ok(Self { key, upgrade })
    }

    /// The answer that makes it a socket, and what it becomes.
    pub fn accept(self) -> (Response, OnUpgrade) {
        let signed = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[self.key.as_bytes(), GUID].concat());
        let accept = BASE64_STANDARD.encode(signed);
        let headers = [
            (header::CONNECTION, "upgrade".to_owned()),
            (header::UPGRADE, "websocket".to_owned()),
            (header::SEC_WEBSOCKET_ACCEPT, accept),
        ];
        ((StatusCode::SWITCHING_PROTOCOLS, headers).into_response(), self.upgrade)
    }
}

/// The value of a header that comes once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Whether a word stands in a header that is a list of them.
fn has_word(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
}

/// Whether a request is of no page, or of one of this very host. Browsers say so for each socket, and send cookies along
/// whatever page asks.
fn is_own_origin(parts: &Parts) -> bool {
    let mut origins = parts.headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let (Some(origin), None, Some(host)) = (origin, origins.next(), parts.extensions.get::<RequestHost>()) else {
        return false;
    };
    let (Some(scheme), Some(authority)) = (origin.scheme_str(), origin.authority()) else { return false };
    let unsaid_port = match scheme {
        "https" => 443,
        // What came in the open is not for what is encrypted.
        "http" if !host.https => 80,
        _ => return false,
    };
    let port = |of: &Authority| of.port_u16().unwrap_or(unsaid_port);
    authority.host().eq_ignore_ascii_case(host.authority.host()) && port(authority) == port(&host.authority)
}

/// Whatever a connection holds, for as long as it is open: put into requests that may become sockets, since the connection's
/// own task ends there.
#[derive(Clone)]
pub struct Held(#[expect(dead_code, reason = "it is only held")] pub Arc<dyn std::any::Any + Send + Sync>);
