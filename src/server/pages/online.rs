//! Who is here: everybody with whom somebody shares a course, online or not. Row W14.
//!
//! Who may see whom is what the sockets of presence say: the people of the courses one has a place in or teaches; for the
//! staff, of all courses.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;

use super::draw::Pages;
use super::form::Form;
use super::outlook::course_links;
use super::query::address;
use crate::course::{Catalog, CourseId};
use crate::school::{Account, AccountId, Attendance, Fellow, Pass, SchoolError, admit, taught};
use crate::server::app::App;
use crate::server::identity::Student;
use crate::server::problem::Problem;
use crate::theme::{OnlinePerson, OnlineView};

const ONLINE: &str = "/students/online/";

/// How many people a page shows.
const SHOWN: usize = 200;

/// `GET /students/online/?after=`
pub async fn online(State(app): State<App>, Student(account): Student, form: Form) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let catalog = &pages.publication.catalog;
    let after = form.get("after").parse().ok().map(AccountId);
    let courses = visible(&app, &account, catalog).await?;
    let fellows = app.school.fellows(&courses, after.unwrap_or(AccountId(0)), SHOWN).await?;
    let here = app.live.online(fellows.people.iter().map(|fellow| fellow.account.id));
    let last = fellows.people.last().filter(|_| fellows.n_after > 0).map(|fellow| fellow.account.id);
    let mut people: Vec<_> = fellows
        .people
        .iter()
        .map(|fellow| person(fellow, fellow.account.id == account.id, here.contains(&fellow.account.id), catalog))
        .collect();
    people.sort_by_cached_key(|person| (!person.online, person.username.to_lowercase()));
    pages.draw(&OnlineView {
        page: pages.page(pages.word("who_is_here"), ONLINE),
        n_online: here.len(),
        people,
        n_after: fellows.n_after,
        more: fellows.more,
        first: after.map(|_| ONLINE.to_owned()),
        next: last.map(|last| address(ONLINE, &[("after", &last.to_string())])),
    })
}

/// The courses whose people somebody sees.
async fn visible(app: &App, account: &Account, catalog: &Catalog) -> Result<Vec<Pass<Attendance>>, SchoolError> {
    let mut courses: BTreeSet<CourseId> = app.school.courses_of(account.id).await?.into_iter().collect();
    courses.extend(taught(account, catalog).into_iter().flatten().map(|course| course.id));
    let mut passes = Vec::new();
    for course in courses.into_iter().filter(|course| catalog.course(*course).is_some()) {
        let standing = app.school.standing(Some(account), course, catalog).await?;
        // There may be no seeing before a course begins.
        passes.extend(admit(&standing, Attendance(course)));
    }
    Ok(passes)
}

fn person(fellow: &Fellow, mine: bool, online: bool, catalog: &Catalog) -> OnlinePerson {
    OnlinePerson {
        username: fellow.account.username.to_string(),
        mine,
        online,
        courses: course_links(catalog, &fellow.courses),
    }
}
