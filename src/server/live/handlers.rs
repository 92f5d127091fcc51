//! The addresses below `/ws/`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use hyper_util::rt::TokioIo;

use super::handshake::{Handshake, Held, Refused};
use super::live::Live;
use super::member::Member;
use super::presence::Reader;
use super::reader::View;
use super::session::{self, Part};
use crate::course::CourseId;
use crate::school::{Account, Attendance, Room, Session, Standing, admit};
use crate::server::app::App;
use crate::server::forwarded::Way;
use crate::server::identity::session_token;
use crate::server::operation::Route;

/// `GET /ws/chat/room/<id>/`, `?after=<entry>`
pub async fn chat(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    enter_chat(&app.live, &id, &mut parts).await.unwrap_or_else(IntoResponse::into_response)
}

/// `GET /ws/presence/`
pub async fn presence(State(app): State<App>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    enter_presence(&app.live, None, &mut parts).await.unwrap_or_else(IntoResponse::into_response)
}

/// `GET /ws/presence/<id>/`
pub async fn course_presence(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    enter_presence(&app.live, Some(&id), &mut parts).await.unwrap_or_else(IntoResponse::into_response)
}

/// Everything else there.
pub async fn nowhere() -> Response {
    Refused::not_found().into_response()
}

async fn enter_chat(live: &Arc<Live>, id: &str, parts: &mut Parts) -> Result<Response, Refused> {
    let handshake = Handshake::check(parts)?;
    let (account, session) = identify(live, parts).await?;
    let (course, standing) = standing(live, &account, id).await?;
    let pass = admit(&standing, Room(course)).map_err(|_| Refused::permission_denied())?;
    let after = after(parts)?;
    let room = live.rooms.enter(pass, live.config.max_rooms).ok_or_else(Refused::full)?;
    open(live, handshake, parts, (account, session), Part::Chat(Box::new(Member::new(room)), after)).await
}

async fn enter_presence(live: &Arc<Live>, id: Option<&str>, parts: &mut Parts) -> Result<Response, Refused> {
    let handshake = Handshake::check(parts)?;
    let (account, session) = identify(live, parts).await?;
    let mut view = View::Shared;
    if let Some(id) = id {
        let (course, standing) = standing(live, &account, id).await?;
        admit(&standing, Attendance(course)).map_err(|_| Refused::permission_denied())?;
        view = View::Course(course);
    }
    let reader = Reader::new(live.presence.clone(), view);
    open(live, handshake, parts, (account, session), Part::Presence(Box::new(reader))).await
}

async fn identify(live: &Live, parts: &Parts) -> Result<(Account, Session), Refused> {
    let token = session_token(&parts.headers).ok_or_else(Refused::not_authenticated)?;
    let session = live.school.session(token.key()).await?.ok_or_else(Refused::not_authenticated)?;
    Route::tell(&parts.extensions, Some(&session.0));
    Ok(session)
}

/// A course that is not there is one that nobody may enter.
async fn standing(live: &Live, account: &Account, id: &str) -> Result<(CourseId, Standing), Refused> {
    let publication = live.shelf.current();
    let course = id.parse().ok().and_then(|id: CourseId| publication.catalog.course(id));
    let course = course.ok_or_else(Refused::permission_denied)?.id;
    Ok((course, live.school.standing(Some(account), course, &publication.catalog).await?))
}

/// The last entry that the client has.
fn after(parts: &Parts) -> Result<Option<u64>, Refused> {
    let query = parts.uri.query().unwrap_or_default();
    let said = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after");
    said.map(|(_, value)| value.parse().map_err(|_| Refused::bad_request("\"after\" must be the number of an entry.")))
        .transpose()
}

async fn open(
    live: &Arc<Live>,
    handshake: Handshake,
    parts: &mut Parts,
    (account, session): (Account, Session),
    part: Part,
) -> Result<Response, Refused> {
    let address = Way::of(parts).client;
    let place = live.sockets.admit(&live.config, (&account, &session), address)?;
    live.revocation.begin(live).await?;
    let held = parts.extensions.remove::<Held>();
    let (response, upgrade) = handshake.accept();
    let live = live.clone();
    let tasks = live.tasks.clone();
    tasks.spawn(async move {
        let _held = held;
        match upgrade.await {
            Ok(upgraded) => session::serve(live, place, part, TokioIo::new(upgraded)).await,
            Err(error) => tracing::debug!(%error, "a connection did not become a socket"),
        }
    });
    Ok(response)
}
