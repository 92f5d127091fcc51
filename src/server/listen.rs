//! Accepting connections: hyper itself, with the limits that a server on the open network needs.
//!
//! A client that sends nothing, or its head byte by byte, is closed after `head_timeout`, and one that takes none of its
//! answer after `write_timeout`; at most `max_connections` are open at once, further ones wait in the system's queue, and no
//! address alone gets the last of them (`places`).
//! HTTP/1.1 and HTTP/2 share the port: without TLS the first bytes tell which (HTTP/2 with prior knowledge), with it ALPN.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::util::MapRequest;
use tower::{Service, ServiceExt as _};

use super::app::App;
use super::config::ServerConfig;
use super::forwarded::Peer;
use super::head_timer::HeadTimer;
use super::live::Held;
use super::operation::Counted;
use super::places::{Places, Taken};
use super::tls::{Tls, speaks_http2};

/// Where connections may become sockets.
const SOCKETS: &str = "/ws/";

/// Opens the port.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until `stop` is ready; then accepts no more, lets requests finish for as long as `grace` allows, and returns.
pub async fn serve(listener: TcpListener, routes: impl Routes, app: App, stop: impl Future<Output = ()>) {
    let config = app.config.clone();
    let places = Places::new(&config);
    let graceful = GracefulShutdown::new();
    let stopping = CancellationToken::new();
    let mut stop = std::pin::pin!(stop);
    app.live.begin();
    loop {
        let next = async {
            let place = places.next().await?;
            accept(&listener).await.map(|accepted| (accepted, place))
        };
        tokio::select! {
            () = &mut stop => break,
            next = next => {
                if let Some((accepted, place)) = next
                    && let Some(place) = places.take(place, accepted.1.ip())
                {
                    let watcher = graceful.watcher();
                    let stopping = stopping.clone();
                    let place = Arc::new((place, app.metrics.connection()));
                    tokio::spawn(connection(accepted, routes.clone(), app.clone(), stopping, watcher, place));
                }
            }
        }
    }
    drop(listener);
    stopping.cancel();
    let ended = async { tokio::join!(graceful.shutdown(), app.live.stop()) };
    if tokio::time::timeout(config.grace, ended).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, address)) => {
            // Small answers must not wait for a full packet.
            let _ = stream.set_nodelay(true);
            Some((stream, address))
        }
        Err(error) => {
            // Out of descriptors, most likely: some will be free soon. Anything else passes by itself.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn connection(
    (stream, address): (TcpStream, SocketAddr),
    routes: impl Routes,
    app: App,
    stopping: CancellationToken,
    watcher: Watcher,
    place: Arc<(Taken, Counted)>,
) {
    let config = &*app.config;
    let peer = Peer { address, tls: app.tls.is_some() };
    let routes = routes.map_request(move |request: Request<Incoming>| {
        // Most have none, and need no box for it.
        let mut request = request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
        request.extensions_mut().insert(peer);
        if request.uri().path().starts_with(SOCKETS) {
            // A connection that becomes a socket goes on after this task has ended.
            request.extensions_mut().insert(Held(place.clone()));
        }
        request
    });
    let served = match &app.tls {
        None => match in_time(config, &stopping, protocol(&stream)).await {
            Some(Protocol::Http1) => serve_http1(stream, routes, config, &stopping, watcher).await,
            // On its own: what few connections need would else lie idle in each.
            Some(Protocol::Http2) => Box::pin(serve_http2(stream, routes, config, watcher)).await,
            None => return,
        },
        Some(tls) => Box::pin(serve_encrypted(tls, stream, routes, config, &stopping, watcher)).await,
    };
    if let Err(error) = served {
        // Clients break off all the time; it is worth a line only to who looks for it.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// What a client does first, unless it takes too long or the server ends. Browsers open connections ahead of need; one
/// without a request must not hold up the end.
async fn in_time<T>(
    config: &ServerConfig,
    stopping: &CancellationToken,
    first: impl Future<Output = Option<T>>,
) -> Option<T> {
    tokio::select! {
        biased;
        first = tokio::time::timeout(config.head_timeout, first) => first.ok().flatten(),
        () = stopping.cancelled() => None,
    }
}

/// The connection after its handshake, once the first bytes of a request are there.
async fn encrypted(tls: &Tls, stream: TcpStream) -> Option<(BufReader<TlsStream<TcpStream>>, Protocol)> {
    let stream = tls.accept(stream).await.inspect_err(|error| tracing::debug!(%error, "no handshake")).ok()?;
    let protocol = if speaks_http2(&stream) { Protocol::Http2 } else { Protocol::Http1 };
    let mut stream = BufReader::new(stream);
    let waiting = stream.fill_buf().await.ok()?;
    (!waiting.is_empty()).then_some(())?;
    Some((stream, protocol))
}

/// The same behind a handshake. On its own, and boxed: what TLS needs would else lie idle in each connection.
async fn serve_encrypted(
    tls: &Tls,
    stream: TcpStream,
    routes: MapRequest<impl Routes, impl Admission>,
    config: &ServerConfig,
    stopping: &CancellationToken,
    watcher: Watcher,
) -> Result<(), hyper::Error> {
    match in_time(config, stopping, encrypted(tls, stream)).await {
        Some((stream, Protocol::Http1)) => serve_http1(stream, routes, config, stopping, watcher).await,
        Some((stream, Protocol::Http2)) => serve_http2(stream, routes, config, watcher).await,
        None => Ok(()),
    }
}

enum Protocol {
    Http1,
    Http2,
}

/// HTTP/2 begins with `PRI`, which is no method of HTTP/1. Nothing if the client hangs up first.
async fn protocol(stream: &TcpStream) -> Option<Protocol> {
    let mut first = [0; 3];
    loop {
        let n = stream.peek(&mut first).await.ok()?;
        match &first[..n] {
            [] => return None,
            b"PRI" => return Some(Protocol::Http2),
            start if !b"PRI".starts_with(start) => return Some(Protocol::Http1),
            // One or two bytes that could become either. Peeking again at once would spin.
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// What answers requests: a router, or the door before it.
pub trait Routes:
    Service<Request<Body>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Routes for S where
    S: Service<Request<Body>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

/// The same as hyper calls it: what comes in becomes a request of ours, which knows its peer.
trait Admission: FnMut(Request<Incoming>) -> Request<Body> + Clone + Send + 'static {}

impl<F: FnMut(Request<Incoming>) -> Request<Body> + Clone + Send + 'static> Admission for F {}

/// The stream with a limit on how long the client may take nothing of what is sent.
fn limited<S: AsyncRead + AsyncWrite>(stream: S, config: &ServerConfig) -> TimeoutStream<S> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(config.write_timeout));
    stream
}

async fn serve_http1(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    routes: MapRequest<impl Routes, impl Admission>,
    config: &ServerConfig,
    stopping: &CancellationToken,
    _watcher: Watcher,
) -> Result<(), hyper::Error> {
    let mut builder = http1::Builder::new();
    builder
        .timer(HeadTimer::new(config.head_timeout))
        .header_read_timeout(config.head_timeout)
        .max_headers(64)
        .max_buf_size(64 * 1024);
    let stream = TokioIo::new(Box::pin(limited(stream, config)));
    let connection = builder.serve_connection(stream, TowerToHyperService::new(routes)).with_upgrades();
    // What `Watcher::watch` does, for a connection that may become a socket; holding the watcher is what is waited for.
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        biased;
        served = connection.as_mut() => return served,
        () = stopping.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

async fn serve_http2(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    routes: MapRequest<impl Routes, impl Admission>,
    config: &ServerConfig,
    watcher: Watcher,
) -> Result<(), hyper::Error> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(config.head_timeout)
        .keep_alive_timeout(config.head_timeout);
    let mut stream = limited(stream, config);
    // Pings are for connections that stand; one that stops in the middle of the greeting would wait for ever. Who is
    // alive answers a ping in every `head_timeout`.
    stream.set_read_timeout(Some(config.head_timeout * 3));
    let stream = TokioIo::new(Box::pin(stream));
    let connection = builder.serve_connection(stream, TowerToHyperService::new(routes));
    watcher.watch(connection).await
}
