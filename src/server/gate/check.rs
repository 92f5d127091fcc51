//! `GET /gate/check`: yes or no, for nginx's `auth_request` and Caddy's `forward_auth`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};

use super::{asked, knock};
use crate::school::{Denied, File};
use crate::server::app::App;
use crate::server::caching::unstored;
use crate::server::files;
use crate::server::forwarded::Way;
use crate::server::operation::Route;
use crate::server::problem::{Problem, Wordless};

/// 204 if this visitor may have the file that the front server names, 401 if nobody is signed in, 403 if they are not
/// enrolled, 404 if there is no such file, 503 if the disk has another one. Only a trusted proxy is answered: for anybody
/// else there is nothing here.
pub async fn check(State(app): State<App>, parts: Parts) -> Response {
    if !Way::of(&parts).through_proxy {
        return Problem::not_found().into_response();
    }
    let mut response = match decide(&app, &parts).await {
        Ok(status) => status.into_response(),
        Err(problem) => problem.into_response(),
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response.extensions_mut().insert(Wordless);
    unstored(response)
}

async fn decide(app: &App, parts: &Parts) -> Result<StatusCode, Problem> {
    let headers = &parts.headers;
    let publication = app.shelf.current();
    let Some(address) = asked::address(headers) else { return Ok(StatusCode::NOT_FOUND) };
    let Some(published) = publication.catalog.files.get(&address).copied() else { return Ok(StatusCode::NOT_FOUND) };
    if !asked::only_reads(headers) {
        return Ok(StatusCode::METHOD_NOT_ALLOWED);
    }
    let (account, decided) = knock(app, &publication.catalog, headers, File { address, published }).await?;
    Route::tell(&parts.extensions, account.as_ref());
    match decided {
        Ok(pass) if files::is_as_listed(&publication.source, &pass).await? => Ok(StatusCode::NO_CONTENT),
        Ok(_) => Ok(StatusCode::SERVICE_UNAVAILABLE),
        Err(Denied::Anonymous) => Ok(StatusCode::UNAUTHORIZED),
        Err(Denied::NotEnrolled(_) | Denied::NotBegun(..)) => Ok(StatusCode::FORBIDDEN),
    }
}
