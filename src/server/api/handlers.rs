//! The handlers: one per address of the API. Rows R1–R7.

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::call::{Answer, Call, Endpoint, action, open};
use super::error::ApiError;
use super::wire::{CourseJson, EnrolledJson, IndexJson, SubjectJson};
use crate::course::{CourseContents, CourseId, SubjectId};
use crate::school::{Backing, Contents, Pass, SeatState, Verdict, admit};
use crate::server::app::App;
use crate::server::problem::Problem;
use crate::server::publication::PublicationSource;

const INDEX: Endpoint = open("Api Root");
const SUBJECTS: Endpoint = open("Subject List");
const SUBJECT: Endpoint = open("Subject Detail");
const COURSES: Endpoint = open("Course List");
const COURSE: Endpoint = open("Course Instance");
const ENROLL: Endpoint = action("Enroll", "POST, OPTIONS");
const CONTENTS: Endpoint = action("Contents", "GET, HEAD, OPTIONS");

/// `/api/`
pub async fn index(State(app): State<App>, request: Request) -> Response {
    Call::run(app, INDEX, request, async |call| Ok(Answer::of(&IndexJson::new(&call.base)))).await
}

/// `/api/subjects/`
pub async fn subjects(State(app): State<App>, request: Request) -> Response {
    Call::run(app, SUBJECTS, request, async |call| Ok(Answer::of(&SubjectJson::all(&call.publication.catalog)))).await
}

/// `/api/subjects/<id>/`
pub async fn subject(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    Call::run(app, SUBJECT, request, async |call| {
        let id: SubjectId = id.parse().map_err(|_| ApiError::not_found())?;
        let subject = call.publication.catalog.subject(id).ok_or_else(ApiError::not_found)?;
        Ok(Answer::of(&SubjectJson::new(subject)))
    })
    .await
}

/// `/api/courses/`
pub async fn courses(State(app): State<App>, request: Request) -> Response {
    Call::run(app, COURSES, request, async |call| Ok(Answer::of(&CourseJson::all(&call.publication.catalog)))).await
}

/// `/api/courses/<id>/`
pub async fn course(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    Call::run(app, COURSE, request, async |call| {
        let course = course_id(&id).and_then(|id| call.publication.catalog.course(id));
        Ok(Answer::of(&CourseJson::new(course.ok_or_else(ApiError::not_found)?)))
    })
    .await
}

/// `POST /api/courses/<id>/enroll/`. The body is not read. Row R6.
pub async fn enroll(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    Call::run(app, ENROLL, request, async |call| {
        let course = course_id(&id).and_then(|id| call.publication.catalog.course(id));
        let course = course.ok_or_else(ApiError::not_found)?;
        let verdict = call.app.school.enroll(call.student()?, course, Backing::None, call.address).await?;
        match verdict {
            Verdict::Give(SeatState::Enrolled) | Verdict::Keep(SeatState::Enrolled) => {
                Ok(Answer::of(&EnrolledJson { enrolled: true, state: None }))
            }
            Verdict::Give(state) | Verdict::Keep(state) => {
                Ok(Answer::accepted(&EnrolledJson { enrolled: false, state: Some(state.as_str()) }))
            }
            Verdict::Refuse(refusal) => Err(ApiError::refused(&refusal, &call.publication.catalog)),
        }
    })
    .await
}

/// `GET /api/courses/<id>/contents/`, for the enrolled alone. Rows R7 and E9.
pub async fn contents(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    Call::run(app, CONTENTS, request, async |call| {
        let course = course_id(&id).and_then(|id| call.publication.catalog.course(id));
        let course = course.ok_or_else(ApiError::not_found)?;
        let standing = call.app.school.standing(Some(call.student()?), course.id, &call.publication.catalog).await?;
        let pass = admit(&standing, Contents(course.id)).map_err(ApiError::denied)?;
        let contents = open_contents(&call.app.shelf.source(), &pass).await?;
        Ok(Answer::of(&CourseJson::full(course, &contents)))
    })
    .await
}

/// Any other address below `/api/`.
pub async fn nowhere(State(app): State<App>, request: Request) -> Response {
    Call::run(app, open("Not Found"), request, async |_| Err(ApiError::not_found())).await
}

fn course_id(id: &str) -> Option<CourseId> {
    id.parse().ok()
}

/// The one way to the contents of a course.
async fn open_contents(source: &PublicationSource, pass: &Pass<Contents>) -> Result<CourseContents, ApiError> {
    let (private, Contents(course)) = (source.private.clone(), *pass.thing());
    let loaded = tokio::task::spawn_blocking(move || crate::course::load_contents(&private, course)).await;
    Ok(loaded.map_err(Problem::from)?.map_err(Problem::from)?)
}
