//! Puts the preview's script into every HTML document that is sent, and keeps those out of all caches.
//!
//! What is not a whole document stays as it is: parts of pages, ranges, answers without a body, anything but HTML.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::builds::Preview;
use crate::digest::Digest;
use crate::server::caching::NO_STORE;
use crate::server::problem::Problem;

/// The middleware.
pub async fn inject(State(preview): State<Arc<Preview>>, mut request: Request, next: Next) -> Response {
    // Nothing can be put into a compressed document.
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    // Asked before the page is made: if a build lands in between, the page is called older than it is and is read once
    // more. The other way round it would stay as it is.
    let build = preview.moment().build;
    let may_be_document = request.method() != Method::HEAD && asks_for_document(request.headers());
    let response = next.run(request).await;
    if may_be_document && is_whole_html(&response) { with_script(response, build).await } else { response }
}

/// Scripts fetch pieces of pages; browsers say what they want an answer for, other clients do not.
fn asks_for_document(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_none_or(|destination| destination == "document")
}

fn is_whole_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_html = kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
    let status = response.status();
    let has_all = status != StatusCode::PARTIAL_CONTENT && status != StatusCode::NOT_MODIFIED;
    is_html && has_all && !response.headers().contains_key(header::CONTENT_ENCODING)
}

async fn with_script(response: Response, build: u64) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(html) = to_bytes(body, usize::MAX).await else {
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.status = Problem::unavailable("").status;
        return Response::from_parts(parts, Body::empty());
    };
    let Some(html) = inserted(&html, build) else { return Response::from_parts(parts, Body::from(html)) };
    let headers = &mut parts.headers;
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(html.len()));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.remove(header::ACCEPT_RANGES);
    let etag = format!("W/\"preview-{}\"", Digest::of(&html).short());
    match HeaderValue::from_str(&etag) {
        Ok(etag) if headers.contains_key(header::ETAG) => headers.insert(header::ETAG, etag),
        _ => headers.remove(header::ETAG),
    };
    Response::from_parts(parts, Body::from(html))
}

/// The document with the script as the last thing of its body; nothing if it is only a piece of one.
fn inserted(html: &Bytes, build: u64) -> Option<Bytes> {
    let closing = html.windows(6).rposition(|window| window.eq_ignore_ascii_case(b"</body"));
    let start = html.trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if closing.is_none() && !begins(b"<!doctype") && !begins(b"<html") {
        return None;
    }
    let script = format!("<script src=\"/.educa/preview.js\" defer data-build=\"{build}\"></script>\n");
    let (before, after) = html.split_at(closing.unwrap_or(html.len()));
    Some([before, script.as_bytes(), after].concat().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(html: &str) -> Option<String> {
        let inserted = inserted(&Bytes::copy_from_slice(html.as_bytes()), 7)?;
        let script = "<script src=\"/.educa/preview.js\" defer data-build=\"7\"></script>\n";
        Some(String::from_utf8_lossy(&inserted).replace(script, "*"))
    }

    #[test]
    fn the_script_is_the_last_thing_of_a_document() {
        let before_the_end = document("<body>Not </body> this one.</BODY></html>");
        assert_eq!(before_the_end.as_deref(), Some("<body>Not </body> this one.*</BODY></html>"));
        assert_eq!(document("\n<!DOCTYPE html><p>No end").as_deref(), Some("\n<!DOCTYPE html><p>No end*"));
        assert_eq!(document("<div data-account>Ada</div>"), None, "a piece of a page");
        assert_eq!(document(""), None);
    }
}
