//! The door: what every request and every answer passes, whatever it is about.
//!
//! One service instead of a dozen layers: layers of functions box a future and copy all that lies below them, each for
//! each request, which took longer than the answer itself. What a plain request for a published file cannot meet (bodies,
//! forms of other sites) stands in layers around the routes, which only other requests reach.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use tower::{Service, ServiceBuilder, ServiceExt as _};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::map_request_body::MapRequestBodyLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::Instrument as _;

use super::app::App;
use super::config::ServerConfig;
use super::files;
use super::hosts::Hosts;
use super::problem::{Problem, draw, wants_words};
use super::request_id::{REQUEST_ID, request_id};
use crate::course::headers::SECURITY_HEADERS;

/// The host a request named, checked; for absolute URLs.
#[derive(Debug, Clone)]
pub struct RequestHost(pub Authority);

/// What can be in the way of a published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Nothing: they are handed out at the door.
    AtTheDoor,
    /// Something stands around the routes that must see all requests.
    BehindTheRoutes,
}

/// Who hears that the school cannot do something hears it this much later. A program that asks again at once then costs
/// next to nothing, however many passwords it would like to try.
const BREATH: Duration = Duration::from_millis(500);

/// Puts the door before the routes.
pub fn stack(routes: Router, app: &App, hosts: Hosts, files: Files) -> Router {
    let config = &app.config;
    let layers = ServiceBuilder::new()
        .layer(CsrfLayer::new())
        .layer(RequestBodyLimitLayer::new(config.max_body))
        .layer(RequestBodyTimeoutLayer::new(config.head_timeout))
        .layer(MapRequestBodyLayer::new(Body::new));
    let inside = Inside { routes: routes.layer(layers), guards: guards(config), app: app.clone(), hosts, files };
    Router::new().fallback_service(Door(Arc::new(inside)))
}

#[derive(Clone)]
struct Door(Arc<Inside>);

struct Inside {
    routes: Router,
    /// Headers that every answer has.
    guards: Vec<(HeaderName, HeaderValue)>,
    app: App,
    hosts: Hosts,
    files: Files,
}

fn guards(config: &ServerConfig) -> Vec<(HeaderName, HeaderValue)> {
    let always = SECURITY_HEADERS.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    // Of this host alone: what else the operator runs below its name is theirs to decide.
    let year = (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    always.into_iter().chain(config.is_https().then_some(year)).collect()
}

impl Service<Request> for Door {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let inside = self.0.clone();
        Box::pin(async move { Ok(inside.walk(request).await) })
    }
}

impl Inside {
    async fn walk(&self, request: Request) -> Response {
        let began = Instant::now();
        let asked = Asked::of(&request);
        let answer = AssertUnwindSafe(self.answer(&asked, request)).catch_unwind();
        let mut response = match tokio::time::timeout(self.app.config.request_timeout, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => Problem::refused(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
            Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        };
        if wants_words(&response) {
            response = asked.span().in_scope(|| draw(&self.app, asked.uri.path(), response));
        }
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            tokio::time::sleep(BREATH).await;
        }
        self.guard(response.headers_mut(), &asked);
        if tracing::enabled!(tracing::Level::DEBUG) {
            let (status, took) = (response.status().as_u16(), began.elapsed());
            asked.span().in_scope(|| tracing::debug!(status, ?took, "answered"));
        }
        response
    }

    async fn answer(&self, asked: &Asked, mut request: Request) -> Response {
        let Some(host) = self.hosts.accept(&asked.uri, request.headers()) else {
            let detail = "This server does not answer to that host name. If it should, its operator adds the name to \
                          `allowed_hosts` under [server] in educa.toml.";
            return Problem::bad_request(detail).into_response();
        };
        // TRACE echoes a request's cookies, CONNECT asks for a tunnel: neither is for us.
        if asked.method == Method::TRACE || asked.method == Method::CONNECT {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response();
        }
        if self.files == Files::AtTheDoor && request.body().is_end_stream() {
            match files::at_once(&self.app, &asked.method, &asked.uri, request.headers()).await {
                Ok(Some(response)) => return response,
                Ok(None) => {}
                Err(problem) => return problem.into_response(),
            }
        }
        request.extensions_mut().insert(RequestHost(host));
        let Ok(response) = Box::pin(self.routes.clone().oneshot(request)).instrument(asked.span()).await;
        response
    }

    fn guard(&self, headers: &mut HeaderMap, asked: &Asked) {
        headers.reserve(self.guards.len() + 1);
        for (name, value) in &self.guards {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        headers.insert(REQUEST_ID, asked.id.clone());
    }
}

/// What is known of a request once it has been handed on.
struct Asked {
    id: HeaderValue,
    method: Method,
    uri: Uri,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self { id: request_id(request.headers()), method: request.method().clone(), uri: request.uri().clone() }
    }

    /// What every line of the log says of its request. Not the query: it may hold what somebody searched for. Made when
    /// there may be a line: it costs as much as the rest of the door.
    fn span(&self) -> tracing::Span {
        let id = self.id.to_str().unwrap_or_default();
        tracing::info_span!("request", id, method = %self.method, path = self.uri.path())
    }
}
