//! The routes that only a preview has, and what it wraps around the others.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;

use super::builds::Preview;
use super::events::events;
use super::guest::sign_in;
use super::inject::inject;
use super::waiting::hold;
use crate::school::School;
use crate::server::middleware::Door;

/// Where the preview's own files lie. No address of a school begins with a dot.
pub const PREFIX: &str = "/.educa/";

/// Where the styles lie.
pub const STYLES: &str = "/.educa/preview.css";

/// The preview's own routes.
pub fn routes(preview: Arc<Preview>) -> Router {
    let script = || file("text/javascript; charset=utf-8", include_str!("preview.js"));
    let styles = || file("text/css; charset=utf-8", include_str!("preview.css"));
    Router::new()
        .route("/.educa/events", get(events))
        .route("/.educa/preview.js", get(async move || script()))
        .route(STYLES, get(async move || styles()))
        .with_state(preview)
}

/// Between the middleware that every request passes and the routes.
pub fn around_routes(routes: Router, preview: Arc<Preview>, school: Arc<School>) -> Router {
    let guest = from_fn_with_state((preview.clone(), school), sign_in);
    routes.layer(guest).layer(from_fn_with_state(preview, hold))
}

/// Outside of everything: refusals are drawn by the middleware, and are pages too.
pub fn around_all(server: Door, preview: Arc<Preview>) -> Router {
    Router::new().fallback_service(server).layer(from_fn_with_state(preview, inject))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
