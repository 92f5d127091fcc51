//! Who gets a token: the enrolled of the course that a path belongs to. The rule of every gated file.

use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;

use super::EdgeSigner;
use crate::course::{Address, CourseId};
use crate::school::{Account, CoursePages, Denied, admit};
use crate::server::app::App;
use crate::server::identity::Caller;
use crate::server::problem::Problem;

/// What is answered to somebody who wants a token for a path.
pub enum Grant {
    /// These cookies.
    Cookies(Vec<HeaderValue>),
    /// The gate says no.
    Denied(Denied, Option<Account>),
    /// The path is in no course.
    NoCourse,
}

/// Decides for whoever sent these headers.
pub async fn grant(app: &App, signer: &EdgeSigner, headers: &HeaderMap, path: &str) -> Result<Grant, Problem> {
    let publication = app.shelf.current();
    let Some(slug) = course_of(path) else { return Ok(Grant::NoCourse) };
    let course = publication.catalog.courses.iter().find(|course| course.slug.as_str() == slug);
    let Some(course) = course else { return Ok(Grant::NoCourse) };
    let Caller(account) = Caller::of(&app.school, headers).await?;
    let id: CourseId = course.id;
    let standing = app.school.standing(account.as_ref(), id, &publication.catalog).await?;
    Ok(match admit(&standing, CoursePages(id)) {
        Ok(pass) => Grant::Cookies(signer.cookies(&pass, &course.slug)),
        Err(denied) => Grant::Denied(denied, account),
    })
}

/// The slug in `/course/<slug>/…`.
pub fn course_of(path: &str) -> Option<String> {
    let (path, _) = path.split_once(['?', '#']).unwrap_or((path, ""));
    let address: Address = percent_decode_str(path).decode_utf8().ok()?.parse().ok()?;
    let (slug, _) = address.as_str().strip_prefix("/course/")?.split_once('/')?;
    Some(slug.to_owned())
}
