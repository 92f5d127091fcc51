//! Where a path leads that is not quite an address.

use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri, header};

use crate::course::{Address, CourseId, routes};
use crate::server::local_path::LocalPath;
use crate::server::publication::Publication;

/// Sends a request on to the same path with its slash: for ever, and without losing a body.
pub fn to_slash(path: &str, method: &Method, uri: &Uri) -> Response {
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let safe = *method == Method::GET || *method == Method::HEAD;
    let status = if safe { StatusCode::MOVED_PERMANENTLY } else { StatusCode::PERMANENT_REDIRECT };
    (status, [(header::LOCATION, LocalPath::new(&format!("{path}{query}")).header())]).into_response()
}

/// The address of a course's first page to read: its first module's, or its overview if it has none.
pub fn first_page(publication: &Publication, course: CourseId) -> Option<Address> {
    let course = publication.catalog.course(course)?;
    let first = course.modules.first().map(|module| module.address.clone());
    Some(first.unwrap_or_else(|| routes::course(&course.slug)))
}
