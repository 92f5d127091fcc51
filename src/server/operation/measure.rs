//! Each request, counted and, if the operator wants it, written down.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use tokio::time::Instant;

use super::route::Route;
use crate::server::app::App;
use crate::server::forwarded::Way;

/// A layer inside the span that names the request: its id, method and path, and never its query.
pub async fn measure(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = Route::default();
    request.extensions_mut().insert(route.clone());
    let method = request.method().clone();
    let client = request.extensions().get::<Way>().map(|way| way.client).filter(|_| app.config.log_clients);
    let in_flight = app.metrics.request();
    let response = next.run(request).await;
    drop(in_flight);
    let (status, after) = (response.status(), began.elapsed());
    app.metrics.answered(route.name(), &method, status, after);
    if app.config.log_requests {
        write_down(status, after, client.map(|client| client.to_string()).as_deref());
    }
    response
}

fn write_down(status: StatusCode, after: Duration, client: Option<&str>) {
    let milliseconds = after.as_micros() as f64 / 1000.0;
    tracing::info!(target: "educa::requests", status = status.as_u16(), milliseconds, client, "answered");
}
