//! Answers: a file's status, headers and body, for what a client has of it already and what it wants.

use std::io::{self, SeekFrom};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::TryFutureExt as _;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::open::{Content, Opened};
use super::range::{self, Wanted};
use crate::course::{Address, Audience, Published, headers, routes};
use crate::school::File;
use crate::server::caching::matches_etag;

/// The answer to a request for a file that may be sent and is open.
pub fn answer(file: &File, opened: Opened, method: &Method, headers: &HeaderMap) -> Response {
    let etag = tag(&opened);
    let encoding = opened.encoding;
    let mut response = if matches_etag(headers, etag.as_bytes()) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else if *method == Method::HEAD {
        let mut response = Response::new(Body::empty());
        response.headers_mut().insert(header::CONTENT_LENGTH, opened.size.into());
        response
    } else {
        bytes_of(opened, headers, etag.as_bytes())
    };
    describe(response.headers_mut(), &file.address, &file.published);
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response.headers_mut().insert(header::ETAG, etag);
    if let Some(encoding) = encoding {
        response.headers_mut().remove(header::ACCEPT_RANGES);
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.coding()));
    }
    response
}

fn tag(opened: &Opened) -> HeaderValue {
    HeaderValue::try_from(format!("\"{}\"", opened.digest)).expect("hexadecimal digits are a header")
}

fn describe(headers: &mut HeaderMap, address: &Address, published: &Published) {
    let audience = published.audience;
    let cache = match (audience, published.lasting) {
        (Audience::Everyone, true) => headers::IMMUTABLE,
        (Audience::Everyone, false) => headers::REVALIDATE,
        (Audience::Enrolled(_), true) => "private, max-age=31536000, immutable",
        (Audience::Enrolled(_), false) => "private, no-cache",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    let vary = match (published.variants.iter().any(Option::is_some), audience) {
        (false, Audience::Everyone) => None,
        (false, Audience::Enrolled(_)) => Some("Cookie"),
        (true, Audience::Everyone) => Some("Accept-Encoding"),
        (true, Audience::Enrolled(_)) => Some("Accept-Encoding, Cookie"),
    };
    if let Some(vary) = vary {
        headers.insert(header::VARY, HeaderValue::from_static(vary));
    }
    headers.insert(header::CONTENT_TYPE, content_type(address));
}

/// The same for an answer whose body a front server puts in: it tags what it sends by itself, and answers ranges.
pub fn describe_elsewhere(headers: &mut HeaderMap, file: &File) {
    describe(headers, &file.address, &file.published);
}

fn content_type(address: &Address) -> HeaderValue {
    if address.is_page() {
        return HeaderValue::from_static("text/html; charset=utf-8");
    }
    if routes::is_feed(address) {
        return HeaderValue::from_static(headers::FEED);
    }
    let kind = mime_guess::from_path(address.as_str()).first_or_octet_stream();
    let text = kind.type_() == mime::TEXT || kind.subtype() == mime::JAVASCRIPT || kind.subtype() == mime::JSON;
    let value = if text { format!("{}; charset=utf-8", kind.essence_str()) } else { kind.essence_str().to_owned() };
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// The bytes, or the one range of them that was asked for.
fn bytes_of(opened: Opened, headers: &HeaderMap, etag: &[u8]) -> Response {
    let Opened { size, content, .. } = opened;
    let range = match range::wanted(headers, size, etag) {
        Wanted::All => None,
        Wanted::Range(range) => Some(range),
        Wanted::Impossible => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response();
        }
    };
    let (start, end) = range.unwrap_or((0, size.saturating_sub(1)));
    let length = if size == 0 { 0 } else { end - start + 1 };
    let body = match content {
        Content::Whole(bytes) => Body::from(bytes.slice(start as usize..(start + length) as usize)),
        Content::Pieces(file) => stream(file, start, length),
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let range = HeaderValue::try_from(format!("bytes {start}-{end}/{size}")).expect("digits are a header");
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    response
}

/// Where reading fails, the answer breaks off: its head has been sent by then.
fn stream(mut file: tokio::fs::File, start: u64, length: u64) -> Body {
    let pieces = async move {
        file.seek(SeekFrom::Start(start)).await?;
        Ok::<_, io::Error>(ReaderStream::with_capacity(file.take(length), 64 * 1024))
    };
    Body::from_stream(pieces.try_flatten_stream())
}
