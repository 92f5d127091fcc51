//! The door: what every request and every answer passes, whatever it is about.
//!
//! One service instead of a dozen layers: layers of functions box a future and copy all that lies below them, each for
//! each request, which took longer than the answer itself. What a plain request for a published file cannot meet (bodies,
//! forms of other sites) stands in layers around the routes, which only other requests reach.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
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

use super::api;
use super::app::App;
use super::config::ServerConfig;
use super::files;
use super::forwarded::{self, Way};
use super::hosts::Hosts;
use super::operation::{self, Refusal, Refusals, Refused, Route};
use super::problem::{Problem, draw, wants_words};
use super::request_id::{REQUEST_ID, request_id};
use crate::course::headers::SECURITY_HEADERS;

/// The host a request named, checked; for absolute URLs.
#[derive(Debug, Clone)]
pub struct RequestHost {
    /// With its port.
    pub authority: Authority,
    /// Whether it was reached by https.
    pub https: bool,
}

/// What can be in the way of a published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Nothing: they are handed out at the door.
    AtTheDoor,
    /// Something stands around the routes that must see all requests.
    BehindTheRoutes,
}

/// Who hears that the school cannot do something, or that they asked too often, hears it this much later. A program that asks again at once then costs
/// next to nothing, however many passwords it would like to try.
const BREATH: Duration = Duration::from_millis(500);

/// Puts the door before the routes.
pub fn stack(routes: Router, app: &App, hosts: Hosts, files: Files) -> Door {
    let config = &app.config;
    let around = routes.layer(
        ServiceBuilder::new()
            .layer(RequestBodyLimitLayer::new(config.max_body))
            .layer(RequestBodyTimeoutLayer::new(config.head_timeout))
            .layer(MapRequestBodyLayer::new(Body::new)),
    );
    let cors = api::Cors::new(&config.api);
    let inside = Inside {
        api: cors.map(|cors| Entrances {
            browsers: cors.clone().around(around.clone().layer(cors.csrf())),
            programs: cors.around(around.clone()),
        }),
        all: Entrances { browsers: around.clone().layer(CsrfLayer::new()), programs: around },
        guards: guards(config),
        app: app.clone(),
        hosts,
        files,
        refusals: Refusals::default(),
    };
    Door(Arc::new(inside))
}

/// The server as one service. It is in no router: matching a path that everything matches takes longer than the door does.
#[derive(Clone)]
pub struct Door(Arc<Inside>);

struct Inside {
    all: Entrances,
    /// The same for the API, if pages of other origins may call it.
    api: Option<Entrances>,
    /// Headers that every answer has.
    guards: Vec<(HeaderName, HeaderValue)>,
    app: App,
    hosts: Hosts,
    files: Files,
    refusals: Refusals,
}

/// The routes behind what is checked first.
struct Entrances {
    /// For everybody: what another site's page makes a browser send ends here.
    browsers: Router,
    /// For who shows a token, which no browser sends along by itself.
    programs: Router,
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
    async fn walk(&self, mut request: Request) -> Response {
        let began = Instant::now();
        let way = forwarded::receive(&self.app.config, &mut request);
        let asked = Asked::of(&request, way);
        let in_flight = self.app.metrics.request();
        let answer = pin!(AssertUnwindSafe(self.answer(&asked, request)).catch_unwind());
        let mut response = match in_time(self.app.config.request_timeout, answer).await {
            Some(Ok(response)) => response,
            Some(Err(_)) => Problem::refused(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
            None => StatusCode::REQUEST_TIMEOUT.into_response(),
        };
        let refusal = Refusal::of(&response);
        if let Some(api::LogLine(line)) = response.extensions_mut().remove() {
            asked.span().in_scope(|| tracing::error!(status = %response.status(), "{line}"));
        }
        if wants_words(&response) {
            response = asked.span().in_scope(|| draw(&self.app, asked.uri.path(), response));
        }
        if [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&response.status()) {
            tokio::time::sleep(BREATH).await;
        }
        self.guard(response.headers_mut(), &asked);
        drop(in_flight);
        self.note(&asked, response.status(), began.elapsed());
        if let Some(why) = refusal {
            self.refusals.note(asked.refused(why), self.app.config.log_clients);
        }
        response
    }

    async fn answer(&self, asked: &Asked, mut request: Request) -> Response {
        // Probes come by address.
        let probe = operation::is_probe(asked.uri.path());
        let host = self.hosts.accept(&asked.uri, request.headers());
        if host.is_none() && !probe {
            let detail = "This server does not answer to that host name. If it should, its operator adds the name to \
                          `allowed_hosts` under [server] in educa.toml.";
            return Problem::bad_request(detail).into_response();
        }
        // TRACE echoes a request's cookies, CONNECT asks for a tunnel: neither is for us.
        if asked.method == Method::TRACE || asked.method == Method::CONNECT {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response();
        }
        let at_the_door = self.files == Files::AtTheDoor;
        if let Some((wanted, route)) = api::wanted(&request).filter(|_| at_the_door && self.api.is_none()) {
            asked.route.name_as(route);
            self.tell(&mut request, asked, host);
            // On its own: what is copied on the way here is the smaller for all others.
            return Box::pin(api::at_once(&self.app, wanted, request.into())).await;
        }
        if at_the_door && request.body().is_end_stream() {
            let Asked { method, uri, way, route, .. } = asked;
            let wanted = files::Asked { method, uri, headers: request.headers(), way: *way, route };
            match files::at_once(&self.app, wanted).await {
                Ok(None) => {}
                answered => {
                    asked.route.name_as(operation::FILE);
                    return answered
                        .map(|response| response.expect("looked at"))
                        .unwrap_or_else(Problem::into_response);
                }
            }
        }
        self.tell(&mut request, asked, host);
        let entrances = self.api.as_ref().filter(|_| api::is_api(&asked.uri)).unwrap_or(&self.all);
        let shows_token = api::shows_token(asked.uri.path(), request.headers());
        let routes = if shows_token { &entrances.programs } else { &entrances.browsers };
        let Ok(response) = Box::pin(routes.clone().oneshot(request)).instrument(asked.span()).await;
        response
    }

    /// Tells those behind the door what it found out.
    fn tell(&self, request: &mut Request, asked: &Asked, host: Option<Authority>) {
        if let Some(authority) = host {
            request.extensions_mut().insert(RequestHost { authority, https: asked.way.https });
        }
        request.extensions_mut().insert(asked.route.clone());
    }

    fn guard(&self, headers: &mut HeaderMap, asked: &Asked) {
        headers.reserve(self.guards.len() + 1);
        for (name, value) in &self.guards {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        headers.insert(REQUEST_ID, asked.id.clone());
        if asked.way.https {
            forwarded::secure_cookies(headers);
        }
    }

    fn note(&self, asked: &Asked, status: StatusCode, after: Duration) {
        let Asked { route, method, way, .. } = asked;
        let measure = || operation::measure(&self.app, route.name(), method, *way, status, after);
        // A span costs as much as the rest of the door: only for a line that is written.
        if self.app.config.log_requests { asked.span().in_scope(measure) } else { measure() }
    }
}

/// What a future comes to, unless it takes too long. Most answers are there at once, and need no timer.
async fn in_time<F: Future>(limit: Duration, mut future: Pin<&mut F>) -> Option<F::Output> {
    match poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        Poll::Ready(output) => Some(output),
        // On its own: a timer is large, and aligned so that nothing else fits beside it.
        Poll::Pending => Box::pin(tokio::time::timeout(limit, future)).await.ok(),
    }
}

/// Before what nobody may read in a log: whoever has the address of a link that works once may do what it is for.
const SECRETS_FOLLOW: [&str; 3] = ["/accounts/reset/", "/accounts/confirm/", "/students/invitation/"];

/// A path for the log.
pub fn loggable(path: &str) -> Cow<'_, str> {
    let secret = SECRETS_FOLLOW.into_iter().find(|before| path.starts_with(before) && path.len() > before.len());
    secret.map_or(Cow::Borrowed(path), |before| Cow::Owned(format!("{before}…")))
}

/// What is known of a request once it has been handed on.
struct Asked {
    id: HeaderValue,
    method: Method,
    uri: Uri,
    way: Way,
    /// Which route answered, once it is known.
    route: Route,
}

impl Asked {
    fn of(request: &Request, way: Way) -> Self {
        let (id, method, uri) = (request_id(request.headers()), request.method().clone(), request.uri().clone());
        Self { id, method, uri, way, route: Route::default() }
    }

    fn refused(&self, why: Refusal) -> Refused<'_> {
        let id = self.id.to_str().unwrap_or_default();
        Refused { id, route: self.route.name(), account: self.route.asker(), way: self.way, why }
    }

    /// What every line of the log says of its request. Not the query: it may hold what somebody searched for. Made when
    /// there may be a line: it costs as much as the rest of the door.
    fn span(&self) -> tracing::Span {
        let id = self.id.to_str().unwrap_or_default();
        tracing::info_span!("request", id, method = %self.method, path = %loggable(self.uri.path()))
    }
}
