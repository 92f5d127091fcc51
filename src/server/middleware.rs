//! The middleware stack: what every request and every answer passes, whatever it is about.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::map_request_body::MapRequestBodyLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;

use super::app::App;
use super::config::ServerConfig;
use super::forwarded::{self, Way};
use super::hosts::Hosts;
use super::problem::{Problem, draw};
use crate::course::headers::SECURITY_HEADERS;

const REQUEST_ID: &str = "x-request-id";

/// The host a request named, checked; for absolute URLs.
#[derive(Debug, Clone)]
pub struct RequestHost {
    /// With its port.
    pub authority: Authority,
    /// Whether it was reached by https.
    pub https: bool,
}

/// Wraps the routes, outermost layer first.
pub fn stack(router: Router, app: &App, hosts: Hosts) -> Router {
    let config = &app.config;
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(config.clone(), forwarded::layer))
        .layer(from_fn(refuse_odd_request_ids))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(from_fn_with_state(config.clone(), security_headers))
        .layer(from_fn_with_state(app.clone(), draw))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, config.request_timeout))
        .layer(from_fn_with_state(Arc::new(hosts), check_host))
        .layer(from_fn(refuse_odd_methods))
        .layer(CsrfLayer::new())
        .layer(RequestBodyLimitLayer::new(config.max_body))
        .layer(RequestBodyTimeoutLayer::new(config.head_timeout))
        .layer(MapRequestBodyLayer::new(Body::new));
    router.layer(layers)
}

/// A proxy may name a request so that its log and ours can be joined. What anybody can send goes into our log and back
/// out again, so only one short plain name is taken; else the request gets a name of ours.
async fn refuse_odd_request_ids(mut request: Request, next: Next) -> Response {
    let plain = |id: &HeaderValue| {
        (1..=64).contains(&id.len())
            && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    let sent: Vec<_> = request.headers().get_all(REQUEST_ID).iter().collect();
    let accepted = matches!(sent.as_slice(), [id] if plain(id));
    if !accepted {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// What every line of the log says of its request. Not the query: it may hold what somebody searched for.
fn span(request: &Request) -> tracing::Span {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = %loggable(request.uri().path()))
}

/// A path without what nobody may read in a log: whoever has the address of a letter's link has the account.
pub fn loggable(path: &str) -> Cow<'_, str> {
    let secret = ["/accounts/reset/", "/accounts/confirm/"].into_iter().find(|before| path.starts_with(before));
    match secret.filter(|before| path.len() > before.len()) {
        Some(before) => Cow::Owned(format!("{before}…")),
        None => Cow::Borrowed(path),
    }
}

async fn security_headers(State(config): State<Arc<ServerConfig>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if config.is_https() {
        // Of this host alone: what else the operator runs below its name is theirs to decide.
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
    response
}

async fn check_host(State(hosts): State<Arc<Hosts>>, mut request: Request, next: Next) -> Response {
    match hosts.accept(request.uri(), request.headers()) {
        Some(authority) => {
            let https = request.extensions().get::<Way>().is_some_and(|way| way.https);
            request.extensions_mut().insert(RequestHost { authority, https });
            next.run(request).await
        }
        None => {
            let detail = "This server does not answer to that host name. If it should, its operator adds the name to \
                          `allowed_hosts` under [server] in educa.toml.";
            Problem::bad_request(detail).into_response()
        }
    }
}

/// TRACE echoes a request's cookies, CONNECT asks for a tunnel: neither is for us.
async fn refuse_odd_methods(request: Request, next: Next) -> Response {
    if request.method() == Method::TRACE || request.method() == Method::CONNECT {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response();
    }
    next.run(request).await
}
