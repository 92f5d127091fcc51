//! The short way in: reading what is asked for most, without the layers and routes that other requests need.
//!
//! A request without a body that changes nothing meets none of them: there is no form of another site to refuse, no body
//! to bound. It is answered by the same handlers. Whatever is not named here goes the long way.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::Method;

use super::handlers;
use crate::server::app::App;
use crate::server::operation::Route;

/// What can be had at the door.
enum Wanted {
    Subjects,
    Courses,
    Course(String),
    Contents(String),
}

/// Answers at once, or gives the request back.
pub async fn at_once(app: &App, request: Request) -> Result<Response, Box<Request>> {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let Some((wanted, route)) = wanted(request.uri().path()).filter(|_| reads) else { return Err(Box::new(request)) };
    if let Some(known) = request.extensions().get::<Route>() {
        known.name_as(route);
    }
    let app = State(app.clone());
    Ok(match wanted {
        Wanted::Subjects => handlers::subjects(app, request).await,
        Wanted::Courses => handlers::courses(app, request).await,
        Wanted::Course(id) => handlers::course(app, Path(id), request).await,
        Wanted::Contents(id) => handlers::contents(app, Path(id), request).await,
    })
}

/// What a path asks for, and the route of it in figures and logs.
fn wanted(path: &str) -> Option<(Wanted, &'static str)> {
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
