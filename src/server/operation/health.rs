//! `GET /health/live` and `GET /health/ready`, for whoever starts servers and sends requests to them.
//!
//! Probes come by address and know no host name; nothing here depends on one.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::readiness::Unready;
use crate::server::app::App;
use crate::server::problem::Wordless;

/// Whether a request is one of these.
pub fn is_probe(path: &str) -> bool {
    path == "/health/live" || path == "/health/ready"
}

/// 200: the process answers.
pub async fn live() -> Response {
    answer(StatusCode::OK, "live\n")
}

/// 200 if requests should be sent here, 503 with a word on why not.
pub async fn ready(State(app): State<App>) -> Response {
    let has_publication = !app.shelf.current().catalog.files.is_empty();
    match app.readiness.unready(&app.school, has_publication).await {
        None => answer(StatusCode::OK, "ready\n"),
        Some(Unready::Stopping) => answer(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        Some(Unready::NoPublication) => answer(StatusCode::SERVICE_UNAVAILABLE, "nothing is built\n"),
        Some(Unready::Store) => answer(StatusCode::SERVICE_UNAVAILABLE, "the store does not write\n"),
    }
}

fn answer(status: StatusCode, words: &'static str) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let mut response = (status, headers, words).into_response();
    // Its words are for programs: no page is drawn over them.
    response.extensions_mut().insert(Wordless);
    response
}
