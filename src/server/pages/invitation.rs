//! An invitation as its holder opens it. Looking at it changes nothing; accepting uses it up.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::draw::{Pages, course_link};
use super::outlook;
use super::students::after;
use crate::course::CourseId;
use crate::school::Token;
use crate::server::app::App;
use crate::server::identity::{Caller, Client, Student, redirect};
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::InvitationView;

/// `GET /students/invitation/<token>/`
pub async fn invitation(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let catalog = &pages.publication.catalog;
    let Some((token, id)) = valid(&app, &token).await? else { return worthless(&pages) };
    let Some(course) = catalog.course(id) else { return worthless(&pages) };
    let here = LocalPath::new(&format!("/students/invitation/{}/", token.to_text()));
    let outlook = app.school.outlook(caller.0.as_ref(), course, true).await?;
    pages.draw(&InvitationView {
        page: pages.page(pages.word("invitation_into").replace("{name}", &course.title), here.as_str()),
        course: Some(course_link(course)),
        accept: here.as_str().to_owned(),
        enrollment: Some(outlook::view(&outlook, caller.0.is_some(), catalog, id, &here)),
    })
}

/// `POST /students/invitation/<token>/`
pub async fn accept(
    State(app): State<App>,
    Student(account): Student,
    Client(device): Client,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let Some((token, id)) = valid(&app, &token).await? else { return worthless(&pages) };
    let Some(course) = pages.publication.catalog.course(id) else { return worthless(&pages) };
    let verdict = app.school.accept(&account, course, &token, device.address).await?;
    Ok(redirect(&after(&verdict, id)))
}

/// The token, and where it leads, if it can still be used.
async fn valid(app: &App, token: &str) -> Result<Option<(Token, CourseId)>, Problem> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    Ok(app.school.invited_into(&token).await?.map(|course| (token, course)))
}

/// 404: used, revoked, too old, or never made; which of these is nobody's business.
fn worthless(pages: &Pages) -> Result<Response, Problem> {
    let page = pages.page(pages.word("invitation_worthless"), "");
    let view = InvitationView { page, course: None, accept: String::new(), enrollment: None };
    Ok((StatusCode::NOT_FOUND, pages.draw(&view)?).into_response())
}
