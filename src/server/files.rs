//! Files: published bytes to those who may have them.
//!
//! A path is looked up in the catalog and nowhere else, so that what a build did not publish does not exist: no dotfile,
//! no link, no way up. Opening a gated file takes a [`Pass`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use http_range_header::parse_range_header;
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::time::Instant;
use tokio_util::io::ReaderStream;

use super::app::App;
use super::encodings;
use super::gate;
use super::identity::{redirect, sign_in_to_see};
use super::local_path::LocalPath;
use super::pages;
use super::problem::Problem;
use super::publication::{Publication, PublicationSource};
use crate::course::{Address, Audience, CourseId, Encoding, Published, Variant, headers, routes};
use crate::digest::Digest;
use crate::disk::{self, DiskError};
use crate::school::{Denied, File, Pass};

/// Files up to this size are read whole; larger ones are sent piece by piece.
const READ_WHOLE: u64 = 512 * 1024;

/// How long a request waits for the catalog of a build that is landing, and how often it looks.
const LANDING: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(50);

/// Answers for every path that no route has.
pub async fn serve(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let deadline = Instant::now() + LANDING;
    loop {
        match answer(&app, &parts).await? {
            Some(response) => return Ok(response),
            None if Instant::now() < deadline => tokio::time::sleep(LOOK).await,
            None => {
                return Err(Problem::unavailable("what lies on the disk is not what the catalog lists: build again"));
            }
        }
    }
}

/// The answer; nothing if the file on the disk is not the one that the catalog lists.
async fn answer(app: &App, parts: &Parts) -> Result<Option<Response>, Problem> {
    let publication = app.shelf.current();
    let path = parts.uri.path();
    let address = percent_decode_str(path).decode_utf8().ok().and_then(|text| text.parse::<Address>().ok());
    let Some(address) = address else { return Err(Problem::not_found()) };
    let Some(published) = publication.catalog.files.get(&address).copied() else {
        return Ok(Some(missing(app, &publication, &address, parts)));
    };
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return Ok(Some((StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response()));
    }
    let (account, decided) =
        gate::knock(app, &publication.catalog, &parts.headers, File { address, published }).await?;
    match decided {
        Ok(pass) if let Some(response) = gate::hand_over(app, parts, &pass) => {
            hand_over(&publication.source, &pass, response).await
        }
        Ok(pass) => send(&publication.source, &pass, &parts.method, &parts.headers).await,
        Err(Denied::Anonymous) => Ok(Some(redirect(&sign_in_to_see(path, parts.uri.query())))),
        Err(denied) => pages::refused(app, account.as_ref(), denied).await.map(Some),
    }
}

/// An address that nothing has: perhaps only its slash is missing.
fn missing(app: &App, publication: &Publication, address: &Address, parts: &Parts) -> Response {
    let with_slash: Option<Address> = format!("{address}/").parse().ok();
    match with_slash.filter(|address| publication.catalog.files.contains_key(address)) {
        Some(address) => to_slash(&address.href(), &parts.method, &parts.uri),
        None => pages::not_found(app),
    }
}

/// Sends a request on to the same path with its slash: for ever, and without losing a body.
pub fn to_slash(path: &str, method: &Method, uri: &Uri) -> Response {
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let safe = *method == Method::GET || *method == Method::HEAD;
    let status = if safe { StatusCode::MOVED_PERMANENTLY } else { StatusCode::PERMANENT_REDIRECT };
    (status, [(header::LOCATION, LocalPath::new(&format!("{path}{query}")).header())]).into_response()
}

/// The one way to the bytes of a published file.
async fn send(
    source: &PublicationSource,
    pass: &Pass<File>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Option<Response>, Problem> {
    let File { address, published } = pass.thing();
    // A range is one of the file as it is: what a player or a resumed download counts in.
    let wanted = if headers.contains_key(header::RANGE) { Vec::new() } else { encodings::wanted(headers) };
    let (path, shown) = (on_disk(source, pass.thing()), pass.clone());
    let opened = tokio::task::spawn_blocking(move || open_best(&path, &shown, &wanted)).await??;
    let Some((encoding, opened)) = opened else { return Ok(None) };
    let etag = format!("\"{}\"", opened.digest);
    let mut response = if matches_etag(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if *method == Method::HEAD {
        ([(header::CONTENT_LENGTH, opened.size)], Body::empty()).into_response()
    } else {
        bytes_of(opened, headers, &etag).await?
    };
    describe(response.headers_mut(), address, published, &etag);
    if let Some(encoding) = encoding {
        response.headers_mut().remove(header::ACCEPT_RANGES);
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.coding()));
    }
    Ok(Some(response))
}

/// The answer that has a front server send the file, unless the disk has another one.
async fn hand_over(
    source: &PublicationSource,
    pass: &Pass<File>,
    mut response: Response,
) -> Result<Option<Response>, Problem> {
    let File { address, published } = pass.thing();
    describe(response.headers_mut(), address, published, "");
    // The front server tags what it sends by itself, and answers ranges.
    response.headers_mut().remove(header::ETAG);
    response.headers_mut().remove(header::ACCEPT_RANGES);
    Ok(is_as_listed(source, pass).await?.then_some(response))
}

/// Whether what lies on the disk is what the catalog lists, for who sends the bytes elsewhere.
pub async fn is_as_listed(source: &PublicationSource, pass: &Pass<File>) -> Result<bool, Problem> {
    let (path, Published { digest, size, audience, .. }) = (on_disk(source, pass.thing()), pass.thing().published);
    let only_listed = audience != Audience::Everyone;
    let opened = tokio::task::spawn_blocking(move || open(&path, Variant { digest, size }, only_listed)).await??;
    Ok(opened.is_some())
}

/// A file that may be sent.
struct Opened {
    size: u64,
    digest: Digest,
    bytes: Bytes,
}

enum Bytes {
    Whole(bytes::Bytes),
    Pieces(tokio::fs::File),
}

/// Opens the first of the wanted forms that is there and is what the catalog lists, else the file as it is.
fn open_best(
    path: &Path,
    pass: &Pass<File>,
    wanted: &[Encoding],
) -> Result<Option<(Option<Encoding>, Opened)>, DiskError> {
    let Published { digest, size, audience, variants, .. } = pass.thing().published;
    for encoding in wanted {
        let Some(listed) = variants[encoding.at()] else { continue };
        let path = PathBuf::from(encoding.beside(&path.to_string_lossy()));
        if let Ok(Some(opened)) = open(&path, listed, true) {
            return Ok(Some((Some(*encoding), opened)));
        }
    }
    let opened = open(path, Variant { digest, size }, audience != Audience::Everyone)?;
    Ok(opened.map(|opened| (None, opened)))
}

/// Opens what the catalog lists; nothing if something else lies there, or nothing at all.
///
/// A build lays files down before its catalog. What is public may be seen a moment early, under its own tag. What is
/// gated may have become another course's: only the new catalog says whose, so the old one must not open it; nor a
/// compressed form that may be of other bytes. Those are opened `only_listed`. Of files too large to be read for it only
/// the size is compared.
fn open(path: &Path, listed: Variant, only_listed: bool) -> Result<Option<Opened>, DiskError> {
    let file = match disk::open(path) {
        Err(error) if error.is_missing() => return Ok(None),
        file => file?,
    };
    // Of the file that is open: the name may be another's by now.
    let read = |source| DiskError { verb: "read", path: path.to_owned(), source };
    let size = file.metadata().map_err(read)?.len();
    if size > READ_WHOLE {
        let opened = Opened { size, digest: listed.digest, bytes: Bytes::Pieces(file.into()) };
        return Ok((size == listed.size).then_some(opened));
    }
    let bytes = disk::read(path)?;
    let digest = Digest::of(&bytes);
    let vouched = digest == listed.digest || !only_listed;
    let opened = Opened { size: bytes.len() as u64, digest, bytes: Bytes::Whole(bytes.into()) };
    Ok(vouched.then_some(opened))
}

fn on_disk(source: &PublicationSource, file: &File) -> PathBuf {
    let folder = match file.published.audience {
        Audience::Everyone => &source.public,
        Audience::Enrolled(_) => &source.private,
    };
    folder.join(file.address.file())
}

fn describe(headers: &mut HeaderMap, address: &Address, published: &Published, etag: &str) {
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
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
}

fn content_type(address: &Address) -> HeaderValue {
    if routes::is_feed(address) {
        return HeaderValue::from_static(headers::FEED);
    }
    let kind = mime_guess::from_path(address.file()).first_or_octet_stream();
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
async fn bytes_of(opened: Opened, headers: &HeaderMap, etag: &str) -> Result<Response, Problem> {
    let Opened { size, bytes, .. } = opened;
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
        Bytes::Whole(bytes) => Body::from(bytes.slice(start as usize..(start + length) as usize)),
        Bytes::Pieces(file) => stream(file, start, length).await?,
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

async fn stream(mut file: tokio::fs::File, start: u64, length: u64) -> Result<Body, Problem> {
    let failed = |error: std::io::Error| Problem::unavailable(format!("cannot read from a file's middle: {error}"));
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
