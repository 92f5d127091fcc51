//! Who calls, and the courses they have something in: `/api/me/`. The reference's API has nothing of the kind.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::answer::Answer;
use super::call::{Call, Endpoint, Received, action};
use super::error::ApiError;
use super::lists::{Address, Field, Item, Listed, Listing, Value, fold};
use super::people_wire::{MeJson, MyCourseJson, TotalProgressJson};
use crate::course::{Catalog, Course};
use crate::school::{Account, Progress, Role, Seat, SeatState, taught};
use crate::server::app::App;

pub const ME: Endpoint = action("Me", "GET, HEAD, OPTIONS");
pub const MY_COURSES: Endpoint = action("My Courses", "GET, HEAD, OPTIONS");

/// What one's own courses may be ordered by.
const FIELDS: &[Field] =
    &[Field::number("id"), Field::text("title"), Field::text("slug"), Field::text("state"), Field::time("since")];

/// `GET /api/me/`
pub async fn me(State(app): State<App>, request: Received) -> Response {
    Call::run(app, ME, request, async |call| {
        let account = call.student()?;
        let role = role(account, &call.publication.catalog);
        let total = total(&call.app, &call.publication.catalog, account).await?;
        Ok(Answer::of(&MeJson::new(account, role, total, &call.base)))
    })
    .await
}

/// `GET /api/me/courses/`: those that are published; newest first, and otherwise as lists are asked.
pub async fn my_courses(State(app): State<App>, request: Received) -> Response {
    Call::run(app, MY_COURSES, request, async |call| {
        let address = Address::of(&call.parts, &call.base)?;
        let seats = call.app.school.my_seats(call.student()?).await?;
        let mut progress = call.app.school.my_progress(call.student()?).await?;
        let catalog = &call.publication.catalog;
        let published = seats.into_iter().filter_map(|(id, seat)| Some((catalog.course(id)?, seat)));
        let items = published.map(|(course, seat)| {
            let progress = progress.remove(&course.id).unwrap_or_default();
            item(&call, course, seat, &progress)
        });
        let items = items.collect();
        let listing = Arc::new(Listing::new(FIELDS, "-since", Vec::new(), items));
        Ok(Answer::listed(Listed::read(listing, address)?))
    })
    .await
}

/// How much of their courses somebody has done: of those that are published, and that they can read.
async fn total(app: &App, catalog: &Catalog, account: &Account) -> Result<TotalProgressJson, ApiError> {
    let progress = app.school.my_progress(account).await?;
    let mut total = TotalProgressJson::default();
    for (id, seat) in app.school.my_seats(account).await? {
        let Some(course) = catalog.course(id) else { continue };
        if seat.state == SeatState::Enrolled && app.school.begins(course).is_none() {
            total.modules += course.modules.len();
            total.done += progress.get(&id).map_or(0, |progress| progress.of(course).count());
        }
    }
    Ok(total)
}

/// An instructor is who teaches something here, not who could.
fn role(account: &Account, catalog: &Catalog) -> Role {
    match taught(account, catalog) {
        _ if account.role == Role::Staff => Role::Staff,
        Ok(courses) if !courses.is_empty() => Role::Instructor,
        _ => Role::Student,
    }
}

fn item(call: &Call, course: &Course, seat: Seat, progress: &Progress) -> Item {
    let (id, begins) = (course.id.get(), call.app.school.begins(course));
    Item {
        values: vec![
            Value::Number(id),
            Value::Text(course.title.to_lowercase()),
            Value::Text(course.slug.as_str().to_owned()),
            Value::Text(seat.state.as_str().to_owned()),
            Value::Time(seat.since),
        ],
        texts: vec![fold(&course.title)],
        ..Item::new(id, &MyCourseJson::new(course, seat, progress, begins, &call.base))
    }
}

/// `DELETE /api/courses/<id>/enroll/`: gives up what one has there, also in a course that is not published any more.
pub async fn leave(call: Call, id: &str) -> Result<Answer, ApiError> {
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    let policy = call.publication.catalog.course(id).map(|course| course.enrollment.clone()).unwrap_or_default();
    let left = call.app.school.leave(call.student()?, id, policy, call.address).await?;
    left.had.map(|_| Answer::nothing()).ok_or_else(ApiError::not_found)
}
