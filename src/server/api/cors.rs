//! CORS: pages of configured origins may call the API from a browser. Nobody else's answers change by it.
//!
//! An origin that is named here can read what its page asks for with credentials of the API. It is nowhere taken for ours:
//! a session cookie counts for requests of our own pages alone (`credentials::is_same_origin`), and forms outside of
//! `/api/` stay closed to it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use tower::{Layer as _, ServiceExt as _};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::csrf::CsrfLayer;

use super::config::ApiConfig;
use super::lists::TOTAL_COUNT;
use super::throttle::{RATELIMIT, RATELIMIT_POLICY};

/// How long a browser remembers what it may do.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// An origin as browsers write it, such as `https://app.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// A text that is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is a scheme and a host, such as https://app.example or http://localhost:5173, in lower case")]
pub struct NotAnOrigin;

impl FromStr for Origin {
    type Err = NotAnOrigin;

    /// As browsers write it and no other way, or it would never match: no path, no port that goes without saying.
    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let (authority, unsaid_port) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(authority), _) => (authority, 443),
            (None, Some(authority)) => (authority, 80),
            (None, None) => return Err(NotAnOrigin),
        };
        let known: Authority = authority.parse().map_err(|_| NotAnOrigin)?;
        let plain = !authority.contains(['@', '*', '/', '?', '#']) && !authority.ends_with(':');
        let plain = plain && !authority.bytes().any(|byte| byte.is_ascii_uppercase());
        let has_port =
            authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        if !plain || (has_port && known.port_u16().is_none_or(|port| port == unsaid_port)) {
            return Err(NotAnOrigin);
        }
        HeaderValue::from_str(text).map(Self).map_err(|_| NotAnOrigin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// Which origins may call the API.
#[derive(Debug, Clone)]
pub struct Cors {
    origins: Vec<HeaderValue>,
    layer: CorsLayer,
}

impl Cors {
    /// Nothing if there are none.
    pub fn new(config: &ApiConfig) -> Option<Self> {
        let origins: Vec<_> = config.cors_origins.iter().map(|origin| origin.0.clone()).collect();
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins.clone()))
            .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(ALLOWED)
            .expose_headers(EXPOSED)
            .allow_credentials(config.cors_credentials)
            .max_age(REMEMBERED)
            .vary([header::ORIGIN]);
        (!origins.is_empty()).then_some(Self { origins, layer })
    }

    /// The check of where unsafe requests come from, for the API: configured origins pass.
    pub fn csrf(&self) -> CsrfLayer {
        let trusting = |layer: CsrfLayer, origin: &HeaderValue| match layer.clone().add_trusted_origin(text(origin)) {
            Ok(trusting) => trusting,
            // It is no origin of a browser, so no browser comes from there.
            Err(_) => layer,
        };
        self.origins.iter().fold(CsrfLayer::new(), trusting)
    }

    /// Around the routes of the API.
    pub fn around(self, routes: Router) -> Router {
        // The layer takes each OPTIONS for a preflight, but it is a question of the API's own, too.
        let inside = routes.clone().map_request(|mut request: Request| {
            if request.extensions_mut().remove::<Question>().is_some() {
                *request.method_mut() = Method::OPTIONS;
            }
            request
        });
        let inside = self.layer.layer(inside);
        let choose = tower::service_fn(move |mut request: Request| {
            let (inside, routes) = (inside.clone(), routes.clone());
            let preflight = is_preflight(request.method(), request.headers());
            let known = request.headers().get(header::ORIGIN).is_some_and(|origin| self.origins.contains(origin));
            if !preflight && request.method() == Method::OPTIONS {
                *request.method_mut() = Method::GET;
                request.extensions_mut().insert(Question);
            }
            async move { if preflight && !known { routes.oneshot(request).await } else { inside.oneshot(request).await } }
        });
        Router::new().fallback_service(choose)
    }
}

/// An OPTIONS that is no preflight, on its way through the layer.
#[derive(Debug, Clone, Copy)]
struct Question;

fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    let asks = headers.contains_key(header::ORIGIN) && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    *method == Method::OPTIONS && asks
}

fn text(origin: &HeaderValue) -> &str {
    origin.to_str().unwrap_or_default()
}

/// Whether a path is the API's.
pub fn is_api(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
}

const ALLOWED: [HeaderName; 8] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("x-csrftoken"),
    HeaderName::from_static("x-requested-with"),
];

const EXPOSED: [HeaderName; 8] = [
    header::ALLOW,
    header::ETAG,
    header::LINK,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    RATELIMIT,
    RATELIMIT_POLICY,
    TOTAL_COUNT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_write_them() {
        for text in [
            "https://app.example",
            "http://localhost:5173",
            "https://a.example:8443",
            "http://[::1]:80000",
            "http://[::1]",
        ] {
            assert_eq!(text.parse::<Origin>().is_ok(), !text.contains("80000"), "{text}");
        }
        for text in [
            "",
            "*",
            "null",
            "app.example",
            "https://",
            "https://*.example",
            "https://app.example/",
            "https://app.example/path",
            "https://app.example:443",
            "http://app.example:80",
            "https://App.example",
            "https://user@app.example",
            "https://app.example:",
            "ftp://app.example",
            "https://ä.example",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(NotAnOrigin), "{text}");
        }
    }
}
