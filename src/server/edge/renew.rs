//! `GET /gate/renew/?next=/course/…`: where an edge sends visitors without a good token, and the layer that gives one to
//! who goes to a course by itself.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};

use super::grant::{Grant, grant};
use crate::school::Denied;
use crate::server::app::App;
use crate::server::identity::{redirect, sign_in_to_see};
use crate::server::local_path::LocalPath;
use crate::server::operation::Route;
use crate::server::pages;
use crate::server::problem::Problem;

/// Gives a new token and leads back; to sign in or to enroll first, if that is what is missing.
pub async fn renew(State(app): State<App>, parts: Parts) -> Result<Response, Problem> {
    let Some(signer) = &app.edge else { return Err(Problem::not_found()) };
    let query = parts.uri.query().unwrap_or_default();
    let next = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    let next = next.and_then(|(_, next)| LocalPath::parse(&next));
    let next = next.ok_or_else(|| Problem::bad_request("The address does not say where on this site to go next."))?;
    match grant(&app, signer, &parts.headers, next.as_str()).await? {
        Grant::Cookies(cookies) => Ok(with(redirect(&next), cookies)),
        Grant::NoCourse => Err(Problem::not_found()),
        Grant::Denied(Denied::Anonymous, _) => Ok(redirect(&sign_in_to_see(parts.uri.path(), parts.uri.query()))),
        Grant::Denied(denied, account) => {
            Route::tell(&parts.extensions, account.as_ref());
            pages::refused(&app, account.as_ref(), denied).await
        }
    }
}

/// A layer around the way to a course: who is led on to its pages gets the token for them.
pub async fn give(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(signer) = app.edge.clone() else { return next.run(request).await };
    let reads = request.method() == Method::GET;
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
    match to {
        Some(to) if reads && response.status() == StatusCode::FOUND => {
            match grant(&app, &signer, &headers, &to).await {
                Ok(Grant::Cookies(cookies)) => with(response, cookies),
                // Without a token the edge sends them to `renew`, which says what is the matter.
                _ => response,
            }
        }
        _ => response,
    }
}

fn with(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
