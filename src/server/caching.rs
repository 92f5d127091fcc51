//! Caching: what nobody may keep for somebody else. Row E14.

use axum::response::Response;
use http::{HeaderValue, header};

/// What depends on who asks is kept by nobody else.
pub fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    response
}
