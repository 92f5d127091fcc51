//! Each request, counted and, if the operator wants it, written down.

use std::borrow::Cow;
use std::time::Duration;

use http::{Method, StatusCode};

use crate::server::app::App;
use crate::server::forwarded::Way;

/// Notes an answer, inside the span that names its request: id, method and path, and never the query.
pub fn measure(app: &App, route: Cow<'static, str>, method: &Method, way: Way, status: StatusCode, after: Duration) {
    app.metrics.answered(route, method, status, after);
    if app.config.log_requests {
        let client = app.config.log_clients.then(|| way.client.to_string());
        write_down(status, after, client.as_deref());
    }
}

fn write_down(status: StatusCode, after: Duration, client: Option<&str>) {
    let milliseconds = after.as_micros() as f64 / 1000.0;
    tracing::info!(target: "educa::requests", status = status.as_u16(), milliseconds, client, "answered");
}
