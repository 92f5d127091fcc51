//! The short way in: reading what is asked for most, without the layers and routes that other requests need.
//!
//! A request without a body that changes nothing meets none of them: there is no form of another site to refuse, no body
//! to bound. It is answered by the same handlers. Whatever is not named here goes the long way.

use axum::body::HttpBody as _;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::Method;

use super::call::Received;
use super::handlers;
use crate::server::app::App;

/// What can be had at the door.
pub enum Wanted {
    Subjects,
    Courses,
    Course(String),
    Contents(String),
}

/// The answer.
pub async fn at_once(app: &App, wanted: Wanted, request: Received) -> Response {
    let app = State(app.clone());
    match wanted {
        Wanted::Subjects => handlers::subjects(app, request).await,
        Wanted::Courses => handlers::courses(app, request).await,
        Wanted::Course(id) => handlers::course(app, Path(id), request).await,
        Wanted::Contents(id) => handlers::contents(app, Path(id), request).await,
    }
}

/// What a request asks for that can be had here, and the route of it in figures and logs.
pub fn wanted(request: &Request) -> Option<(Wanted, &'static str)> {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    named(request.uri().path()).filter(|_| reads && request.body().is_end_stream())
}

fn named(path: &str) -> Option<(Wanted, &'static str)> {
    let rest = path.strip_prefix("/api/")?;
    match rest {
        "subjects/" => return Some((Wanted::Subjects, "/api/subjects/")),
        "courses/" => return Some((Wanted::Courses, "/api/courses/")),
        _ => {}
    }
    let (id, action) = rest.strip_prefix("courses/")?.split_once('/')?;
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    match action {
        "" if plain => Some((Wanted::Course(id.to_owned()), "/api/courses/{id}/")),
        "contents/" if plain => Some((Wanted::Contents(id.to_owned()), "/api/courses/{id}/contents/")),
        _ => None,
    }
}
