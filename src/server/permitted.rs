//! Permitted: extractors that ask the table of permissions. A handler that takes one of them holds the proof. Row U8.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::app::App;
use super::identity::Student;
use super::pages::{forbidden, not_found};
use crate::course::CourseId;
use crate::school::{CourseRight, Staffing, Teaching};

/// Somebody who may do `R` in the course that `{id}` of the path names. Others are sent to sign in, or hear 403; a course
/// that is not published is 404.
pub struct Teacher<R>(pub Teaching<R>);

impl<R: CourseRight> FromRequestParts<App> for Teacher<R> {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Student(account) = Student::from_request_parts(parts, app).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let path = path.map_err(|_| not_found(app))?;
        let publication = app.shelf.current();
        let id = path.get("id").and_then(|id| id.parse::<CourseId>().ok());
        let course = id.and_then(|id| publication.catalog.course(id)).ok_or_else(|| not_found(app))?;
        Teaching::of(&account, course, &publication.catalog).map(Self).map_err(|_| refusal(app))
    }
}

/// Somebody of the staff.
pub struct Staff(pub Staffing);

impl FromRequestParts<App> for Staff {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Student(account) = Student::from_request_parts(parts, app).await?;
        match Staffing::of(&account, &app.shelf.current().catalog) {
            Ok(staffing) => Ok(Self(staffing)),
            Err(_) => Err(refusal(app)),
        }
    }
}

fn refusal(app: &App) -> Response {
    forbidden(app).unwrap_or_else(IntoResponse::into_response)
}
