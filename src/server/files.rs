//! Files: published bytes to those who may have them.
//!
//! A path is looked up in the catalog and nowhere else, so that what a build did not publish does not exist: no dotfile,
//! no link, no way up. Opening a gated file takes a [`Pass`].

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_range_header::parse_range_header;
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::app::App;
use super::identity::{Caller, redirect, sign_in_to_see};
use super::local_path::LocalPath;
use super::pages;
use super::problem::Problem;
use super::publication::{Publication, PublicationSource};
use crate::course::{Address, Audience, CourseId, routes};
use crate::digest::Digest;
use crate::disk::{self, DiskError};
use crate::school::{Denied, File, Pass, Standing, admit};

/// Files up to this size are read whole; larger ones are sent piece by piece.
const READ_WHOLE: u64 = 512 * 1024;

/// Answers for every path that no route has.
pub async fn serve(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let publication = app.shelf.current();
    let path = request.uri().path();
    let address = percent_decode_str(path).decode_utf8().ok().and_then(|text| text.parse::<Address>().ok());
    let Some(address) = address else { return Err(Problem::not_found()) };
    let Some(published) = publication.catalog.files.get(&address).copied() else {
        return missing(&app, &publication, &address, &request);
    };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Ok((StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response());
    }
    let standing = match published.audience {
        Audience::Everyone => Standing::unknown(),
        Audience::Enrolled(course) => {
            let Caller(account) = Caller::of(&app.school, request.headers()).await?;
            app.school.standing(account.as_ref(), course).await?
        }
    };
    match admit(&standing, File { address, published }) {
        Ok(pass) => open(app.shelf.source(), &pass, request.method(), request.headers()).await,
        Err(Denied::NotEnrolled(course)) => pages::forbidden(&app, Some(course), &standing),
        Err(Denied::Anonymous) => Ok(redirect(&sign_in_to_see(path, request.uri().query()))),
    }
}

/// An address that nothing has: perhaps only its slash is missing.
fn missing(app: &App, publication: &Publication, address: &Address, request: &Request) -> Result<Response, Problem> {
    let with_slash: Option<Address> = format!("{address}/").parse().ok();
    match with_slash.filter(|address| publication.catalog.files.contains_key(address)) {
        Some(address) => Ok(to_slash(&address.href(), request)),
        None => Ok(pages::not_found(app)),
    }
}

/// Sends a request on to the same path with its slash: for ever, and without losing a body.
pub fn to_slash(path: &str, request: &Request) -> Response {
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    let safe = request.method() == Method::GET || request.method() == Method::HEAD;
    let status = if safe { StatusCode::MOVED_PERMANENTLY } else { StatusCode::PERMANENT_REDIRECT };
    (status, [(header::LOCATION, LocalPath::new(&format!("{path}{query}")).header())]).into_response()
}

/// The one way to the bytes of a published file.
async fn open(
    source: &PublicationSource,
    pass: &Pass<File>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let File { address, published } = pass.thing();
    let path = on_disk(source, pass.thing());
    let whole = published.size <= READ_WHOLE;
    let bytes = if whole { Some(read(path.clone()).await?) } else { None };
    // While a build is landing the bytes may be newer than the catalog: the tag must be that of the bytes.
    let digest = bytes.as_deref().map_or(published.digest, Digest::of);
    let etag = format!("\"{digest}\"");
    let mut response = if matches_etag(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if method == Method::HEAD {
        let size = bytes.as_ref().map_or(published.size, |bytes| bytes.len() as u64);
        ([(header::CONTENT_LENGTH, size)], Body::empty()).into_response()
    } else {
        send(&path, bytes, published.size, headers, &etag).await?
    };
    describe(response.headers_mut(), address, published.audience, &etag);
    Ok(response)
}

fn on_disk(source: &PublicationSource, file: &File) -> PathBuf {
    let folder = match file.published.audience {
        Audience::Everyone => &source.public,
        Audience::Enrolled(_) => &source.private,
    };
    folder.join(file.address.file())
}

async fn read(path: PathBuf) -> Result<Vec<u8>, Problem> {
    Ok(tokio::task::spawn_blocking(move || disk::read(&path)).await??)
}

fn describe(headers: &mut HeaderMap, address: &Address, audience: Audience, etag: &str) {
    let cache = match audience {
        // The name changes with the bytes.
        Audience::Everyone if address.as_str().starts_with("/assets/") => "public, max-age=31536000, immutable",
        Audience::Everyone => "public, no-cache",
        Audience::Enrolled(_) => "private, no-cache",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if audience != Audience::Everyone {
        headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    }
    headers.insert(header::CONTENT_TYPE, content_type(&address.file()));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
}

fn content_type(file: &str) -> HeaderValue {
    let kind = mime_guess::from_path(file).first_or_octet_stream();
    let text = kind.type_() == mime::TEXT || kind.subtype() == mime::JAVASCRIPT || kind.subtype() == mime::JSON;
    let value = if text { format!("{}; charset=utf-8", kind.essence_str()) } else { kind.essence_str().to_owned() };
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Weak comparison, as RFC 9110 asks for `If-None-Match`.
fn matches_etag(headers: &HeaderMap, etag: &str) -> bool {
    let sent = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|value| value.split(',')).map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// The bytes, or the one range of them that was asked for.
async fn send(
    path: &Path,
    bytes: Option<Vec<u8>>,
    size: u64,
    headers: &HeaderMap,
    etag: &str,
) -> Result<Response, Problem> {
    let size = bytes.as_ref().map_or(size, |bytes| bytes.len() as u64);
    let range = match range(headers, size, etag) {
        Wanted::All => None,
        Wanted::Range(range) => Some(range),
        Wanted::Impossible => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let (start, end) = range.unwrap_or((0, size.saturating_sub(1)));
    let length = if size == 0 { 0 } else { end - start + 1 };
    let body = match bytes {
        Some(bytes) => Body::from(bytes::Bytes::from(bytes).slice(start as usize..(start + length) as usize)),
        None => stream(path, size, start, length).await?,
    };
    let response = ([(header::CONTENT_LENGTH, length)], body).into_response();
    Ok(match range {
        None => response,
        Some(_) => {
            let range = [(header::CONTENT_RANGE, format!("bytes {start}-{end}/{size}"))];
            (StatusCode::PARTIAL_CONTENT, range, response).into_response()
        }
    })
}

async fn stream(path: &Path, size: u64, start: u64, length: u64) -> Result<Body, Problem> {
    let failed = |source| DiskError { verb: "read", path: path.to_owned(), source };
    let owned = path.to_owned();
    let mut file = tokio::fs::File::from_std(tokio::task::spawn_blocking(move || disk::open(&owned)).await??);
    // While a build is landing the file may be newer than the catalog. Its bytes must not go out under the old tag, or a
    // reader who resumes would join two files; in a moment the new catalog is there.
    if file.metadata().await.map_err(failed)?.len() != size {
        return Err(Problem::unavailable(format!("{} is not the file that the catalog lists", path.display())));
    }
    file.seek(std::io::SeekFrom::Start(start)).await.map_err(failed)?;
    Ok(Body::from_stream(ReaderStream::with_capacity(file.take(length), 64 * 1024)))
}

enum Wanted {
    All,
    /// First and last byte.
    Range((u64, u64)),
    Impossible,
}

/// Several ranges at once are answered with the whole, which RFC 9110 allows and no player minds.
fn range(headers: &HeaderMap, size: u64, etag: &str) -> Wanted {
    let Some(text) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else { return Wanted::All };
    let outdated = headers.get(header::IF_RANGE).is_some_and(|tag| tag.as_bytes() != etag.as_bytes());
    if outdated {
        return Wanted::All;
    }
    match parse_range_header(text).map(|ranges| ranges.validate(size)) {
        Ok(Ok(ranges)) if ranges.len() == 1 => Wanted::Range((*ranges[0].start(), *ranges[0].end())),
        Ok(Ok(_)) | Err(_) => Wanted::All,
        Ok(Err(_)) => Wanted::Impossible,
    }
}

/// The address of a course's first page to read: its first module's, or its overview if it has none.
pub fn first_page(publication: &Publication, course: CourseId) -> Option<Address> {
    let course = publication.catalog.course(course)?;
    let first = course.modules.first().map(|module| module.address.clone());
    Some(first.unwrap_or_else(|| routes::course(&course.slug)))
}
