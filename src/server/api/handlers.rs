//! The handlers: one per address of the API. Rows R1–R7.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Method;

use super::answer::Answer;
use super::call::{Call, Endpoint, Received, action, open};
use super::config::Scope;
use super::error::ApiError;
use super::lists::{Address, CatalogLists, Listed, Listing};
use super::me::leave;
use super::representation::Representation;
use super::wire::{EnrolledJson, IndexJson};
use crate::course::json::CourseJson;
use crate::course::{Catalog, Course, CourseId, SubjectId};
use crate::school::{Backing, Contents, Pass, SeatState, Verdict, admit};
use crate::server::app::App;
use crate::server::problem::Problem;
use crate::server::publication::Publication;

pub const INDEX: Endpoint = open("Api Root");
pub const SUBJECTS: Endpoint = open("Subject List");
pub const SUBJECT: Endpoint = open("Subject Detail");
pub const COURSES: Endpoint = open("Course List");
pub const COURSE: Endpoint = open("Course Instance");
pub const ENROLL: Endpoint = action("Enroll", "POST, DELETE, OPTIONS").counted(Scope::Enroll);
pub const CONTENTS: Endpoint = action("Contents", "GET, HEAD, OPTIONS");

/// `/api/`
pub async fn index(State(app): State<App>, request: Received) -> Response {
    Call::run(app, INDEX, request, async |call| Ok(Answer::of(&IndexJson::new(&call.base)))).await
}

/// `/api/subjects/`
pub async fn subjects(State(app): State<App>, request: Received) -> Response {
    list(app, SUBJECTS, request, |lists| &lists.subjects).await
}

/// `/api/subjects/<id>/`
pub async fn subject(State(app): State<App>, Path(id): Path<String>, request: Received) -> Response {
    Call::run(app, SUBJECT, request, async |call| {
        let id: SubjectId = id.parse().map_err(|_| ApiError::not_found())?;
        of_list(&call.lists().subjects, id.get())
    })
    .await
}

/// `/api/courses/`
pub async fn courses(State(app): State<App>, request: Received) -> Response {
    list(app, COURSES, request, |lists| &lists.courses).await
}

/// `/api/courses/<id>/`
pub async fn course(State(app): State<App>, Path(id): Path<String>, request: Received) -> Response {
    Call::run(app, COURSE, request, async |call| {
        let id: CourseId = id.parse().map_err(|_| ApiError::not_found())?;
        of_list(&call.lists().courses, id.get())
    })
    .await
}

/// `POST /api/courses/<id>/enroll/`. The body is not read. Row R6. `DELETE` gives up what came of it.
pub async fn enroll(State(app): State<App>, Path(id): Path<String>, request: Received) -> Response {
    Call::run(app, ENROLL, request, async |call| {
        if call.method == Method::DELETE {
            return leave(call, &id).await;
        }
        let course = call.course(&id)?;
        let verdict = call.app.school.enroll(call.student()?, course, Backing::None, call.address).await?;
        decided(&verdict, &call.publication.catalog)
    })
    .await
}

/// What somebody has now who asked for a place, or was given one.
pub fn decided(verdict: &Verdict, catalog: &Catalog) -> Result<Answer, ApiError> {
    match verdict {
        Verdict::Give(SeatState::Enrolled) | Verdict::Keep(SeatState::Enrolled) => {
            Ok(Answer::of(&EnrolledJson { enrolled: true, state: None }))
        }
        Verdict::Give(state) | Verdict::Keep(state) => {
            Ok(Answer::accepted(&EnrolledJson { enrolled: false, state: Some(state.as_str()) }))
        }
        Verdict::Refuse(refusal) => Err(ApiError::refused(refusal, catalog)),
    }
}

/// `GET /api/courses/<id>/contents/`, for the enrolled alone. Rows R7 and E9.
pub async fn contents(State(app): State<App>, Path(id): Path<String>, request: Received) -> Response {
    Call::run(app, CONTENTS, request, async |call| {
        let course = call.course(&id)?;
        let standing = call.app.school.standing(Some(call.student()?), course.id, &call.publication.catalog).await?;
        let pass = admit(&standing, Contents(course.id)).map_err(ApiError::denied)?;
        contents_of(&call.publication, course, &pass).await.map(Answer::kept)
    })
    .await
}

/// Any other address below `/api/`.
pub async fn nowhere(State(app): State<App>, request: Received) -> Response {
    Call::run(app, open("Not Found"), request, async |_| Err(ApiError::not_found())).await
}

/// A list as the request wants it.
async fn list(
    app: App,
    endpoint: Endpoint,
    request: Received,
    which: impl Fn(&CatalogLists) -> &Arc<Listing>,
) -> Response {
    Call::run(app, endpoint, request, async |call| {
        let address = Address::of(&call.parts, &call.base)?;
        Ok(Answer::listed(Listed::read(which(call.lists()).clone(), address)?))
    })
    .await
}

/// One of a list.
fn of_list(listing: &Listing, id: u32) -> Result<Answer, ApiError> {
    let item = listing.item(id).ok_or_else(ApiError::not_found)?;
    Ok(Answer::kept(item.json.clone()))
}

/// The one way to the contents of a course: from memory, else from the disk.
async fn contents_of(
    publication: &Publication,
    course: &Course,
    pass: &Pass<Contents>,
) -> Result<Arc<Representation>, ApiError> {
    let Contents(id) = *pass.thing();
    if let Some(kept) = publication.kept.contents(id) {
        return Ok(kept);
    }
    let private = publication.source.private.clone();
    let loaded = tokio::task::spawn_blocking(move || crate::course::load_contents(&private, id)).await;
    let contents = loaded.map_err(Problem::from)?.map_err(Problem::from)?;
    let contents = Arc::new(Representation::of(&CourseJson::full(course, &contents)));
    publication.kept.keep_contents(id, contents.clone());
    Ok(contents)
}
