//! `GET /metrics` on a port of its own: figures are for the operator, not for visitors.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header;
use tokio::net::TcpListener;

use super::Metrics;
use crate::server::app::App;
use crate::server::config::ServerConfig;
use crate::server::listen::serve;
use crate::server::live::{Live, LiveConfig};

/// The format of `prometheus_client`.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whoever scrapes needs one; a few more for people who look.
const MAX_CONNECTIONS: usize = 16;

/// Answers scrapes until `stop` is ready.
pub async fn serve_metrics(listener: TcpListener, app: App, stop: impl Future<Output = ()>) {
    let config = Arc::new(ServerConfig { max_connections: MAX_CONNECTIONS, ..ServerConfig::clone(&app.config) });
    // Its own connections are not among those that it counts.
    let mut own = app.clone();
    (own.config, own.metrics, own.tls) = (config, Arc::new(Metrics::default()), None);
    // Nobody chats here: what begins and ends with this server is not what begins and ends with the other.
    let live = Live::new(own.school.clone(), own.shelf.clone(), LiveConfig::default(), own.metrics.live.clone());
    own.live = Arc::new(live);
    let router = Router::new().route("/metrics", get(metrics)).with_state(app);
    serve(listener, router, own, stop).await;
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, OPEN_METRICS), (header::CACHE_CONTROL, "no-store")];
    (headers, app.metrics.text(app.shelf.current().landed(), app.school.store_work()))
}
