//! Caching: what nobody may keep for somebody else. Row E14.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};

/// Whether a client has these bytes already. Weak comparison, as RFC 9110 asks for `If-None-Match`.
pub fn matches_etag(headers: &HeaderMap, etag: &[u8]) -> bool {
    let sent = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = sent.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/").as_bytes() == etag)
}

/// In `Cache-Control`: neither a browser nor anything on the way keeps it.
pub const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What holds for one request alone, such as a secret or a cookie, is kept by nobody at all.
pub fn unstored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    response
}

/// What depends on who asks is kept by nobody else.
pub fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    response
}
