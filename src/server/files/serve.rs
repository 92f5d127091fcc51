//! A request for something published: looked up, let through the gate or not, and answered.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;
use tokio::time::Instant;

use super::slash::to_slash;
use super::{answer, open};
use crate::course::{Address, Audience, Encoding, routes};
use crate::school::{Denied, File, Pass};
use crate::server::app::App;
use crate::server::caching::uncached;
use crate::server::forwarded::Way;
use crate::server::identity::{redirect, sign_in_to_see};
use crate::server::operation::Route;
use crate::server::problem::Problem;
use crate::server::publication::Publication;
use crate::server::{encodings, gate, pages};

/// How long a request waits for the catalog of a build that is landing, and how often it looks.
const LANDING: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(50);

/// What a request for something published says.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    pub way: Way,
    pub route: &'a Route,
}

/// Answers for every path that no route has.
pub async fn serve(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let (method, uri) = (&parts.method, &parts.uri);
    let path = decoded(uri).filter(|path| path.parse::<Address>().is_ok()).ok_or_else(Problem::not_found)?;
    let route = parts.extensions.get::<Route>().cloned().unwrap_or_default();
    let deadline = Instant::now() + LANDING;
    loop {
        let publication = app.shelf.current();
        let Some(file) = find(&publication, &path) else { return Ok(missing(&app, &publication, &path, method, uri)) };
        if *method != Method::GET && *method != Method::HEAD {
            return Ok((StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response());
        }
        let asked = Asked { method, uri, headers: &parts.headers, way: Way::of(&parts), route: &route };
        match to_who_may(&app, &publication, file, asked).await? {
            Some(response) => return Ok(response),
            None if Instant::now() < deadline => tokio::time::sleep(LOOK).await,
            None => {
                return Err(Problem::unavailable("what lies on the disk is not what the catalog lists: build again"));
            }
        }
    }
}

/// The answer to a plain request for what the catalog lists; nothing if the request is anything else. The same as
/// [`serve`] gives, without the way through routes and extractors that all other requests need.
pub async fn at_once(app: &App, asked: Asked<'_>) -> Result<Option<Response>, Problem> {
    let Asked { method, uri, .. } = asked;
    if *method != Method::GET && *method != Method::HEAD {
        return Ok(None);
    }
    let publication = app.shelf.current();
    let file = decoded(uri).and_then(|path| find(&publication, &path));
    // No build publishes what a route answers; if a catalog lists it all the same, the route goes first.
    let Some(file) = file.filter(|file| !routes::is_answered(&file.address)) else { return Ok(None) };
    to_who_may(app, &publication, file, asked).await
}

fn decoded(uri: &Uri) -> Option<Cow<'_, str>> {
    percent_decode_str(uri.path()).decode_utf8().ok()
}

fn find(publication: &Publication, path: &str) -> Option<File> {
    let (address, published) = publication.catalog.files.get_key_value(path)?;
    Some(File { address: address.clone(), published: *published })
}

/// The answer; nothing if the file on the disk is not the one that the catalog lists.
async fn to_who_may(
    app: &App,
    publication: &Publication,
    file: File,
    asked: Asked<'_>,
) -> Result<Option<Response>, Problem> {
    let Asked { method, uri, headers, way, route } = asked;
    let (account, decided) = gate::knock(app, &publication.catalog, headers, file).await?;
    match decided {
        Ok(pass) => match gate::hand_over(app, way, &pass) {
            Some(response) => hand_over(publication, &pass, response).await,
            None => send(app, publication, &pass, method, headers).await,
        },
        Err(Denied::Anonymous) => Ok(Some(redirect(&sign_in_to_see(uri.path(), uri.query())))),
        // On its own, like whatever is rare.
        Err(denied) => {
            account.iter().for_each(|account| route.asked_by(account));
            Box::pin(pages::refused(app, account.as_ref(), denied)).await.map(Some)
        }
    }
}

/// The answer that has a front server send the file, unless the disk has another one.
async fn hand_over(
    publication: &Publication,
    pass: &Pass<File>,
    mut response: Response,
) -> Result<Option<Response>, Problem> {
    answer::describe_elsewhere(response.headers_mut(), pass.thing());
    Ok(open::is_as_listed(&publication.source, pass).await?.then_some(response))
}

/// An address that nothing has: perhaps only its slash is missing.
fn missing(app: &App, publication: &Publication, path: &str, method: &Method, uri: &Uri) -> Response {
    let Some(File { address, published }) = find(publication, &format!("{path}/")) else {
        return pages::not_found(app);
    };
    let response = to_slash(&address.href(), method, uri);
    // Nothing about a gated address is kept for somebody else, not even that it is there.
    if published.audience == Audience::Everyone { response } else { uncached(response) }
}

/// The one way to the bytes of a published file.
async fn send(
    app: &App,
    publication: &Publication,
    pass: &Pass<File>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Option<Response>, Problem> {
    // A range is one of the file as it is: what a player or a resumed download counts in.
    let compressed = pass.thing().published.variants.iter().any(Option::is_some);
    let wanted =
        if !compressed || headers.contains_key(header::RANGE) { Vec::new() } else { encodings::wanted(headers) };
    let opened = match open::from_memory(&app.cache, pass, &wanted) {
        Some(opened) => Some(opened),
        // On its own, like whatever is rare: each request carries the room for all that it may wait for.
        None => Box::pin(from_disk(app, publication, pass, wanted)).await?,
    };
    Ok(opened.map(|opened| answer::answer(pass.thing(), opened, method, headers)))
}

async fn from_disk(
    app: &App,
    publication: &Publication,
    pass: &Pass<File>,
    wanted: Vec<Encoding>,
) -> Result<Option<open::Opened>, Problem> {
    let (source, cache, pass) = (Arc::clone(&publication.source), Arc::clone(&app.cache), pass.clone());
    let read = move || open::from_disk(&source, &cache, &pass, &wanted);
    Ok(tokio::task::spawn_blocking(read).await??)
}
