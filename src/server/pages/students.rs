//! Students: my courses, enrolling, leaving, and the way to a course's contents. Rows E2–E7, E13.

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;

use super::chat::SHOWN;
use super::draw::{Pages, contents_address, course_link, enroll_address, refused};
use super::form::Form;
use super::outlook::enrollment;
use super::progress::progress_view;
use super::query;
use crate::course::{Course, CourseId, routes};
use crate::school::{Account, Actor, Backing, Contents, Permission, Progress, Seat, SeatState, Verdict, admit};
use crate::server::app::App;
use crate::server::files::first_page;
use crate::server::identity::{Caller, Client, Student, redirect, sign_in_to_see};
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{EnrollView, MyCourse, MyCoursesView, NewView};

/// What somebody has.
pub const MY_COURSES: &str = "/students/courses/";

/// `GET /students/courses/`
pub async fn my_courses(State(app): State<App>, Student(account): Student) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let mut progress = app.school.my_progress(&account).await?;
    let mut courses = Vec::new();
    for (id, seat) in app.school.my_seats(&account).await? {
        // A course that is not published at the moment keeps its seats.
        if let Some(course) = pages.publication.catalog.course(id) {
            let progress = progress.remove(&id).unwrap_or_default();
            courses.push(my_course(&app, &account, course, seat, &progress).await?);
        }
    }
    let page = pages.page(pages.word("my_courses"), MY_COURSES);
    let actor = Actor::of(Some(&account), None, &pages.publication.catalog);
    let (teaches, administers) = (actor.may(Permission::Teach), actor.may(Permission::Administer));
    pages.draw(&MyCoursesView { page, username: account.username.to_string(), teaches, administers, courses })
}

async fn my_course(
    app: &App,
    account: &Account,
    course: &Course,
    seat: Seat,
    progress: &Progress,
) -> Result<MyCourse, Problem> {
    let new = app.school.attention(account, course.id, seat).await?;
    let chat = routes::chat(course.id).href();
    let begins = app.school.begins(course);
    let reads = seat.state == SeatState::Enrolled && begins.is_none() && !course.modules.is_empty();
    Ok(MyCourse {
        new: NewView {
            unread: new.unread,
            more: new.more,
            mention: new.mention.map(|mention| mention_address(&chat, mention, new.last)),
        },
        state: seat.state.as_str(),
        progress: reads.then(|| progress_view(progress, course)),
        begins: begins.map(|begins| begins.to_string()),
        id: course.id.get(),
        title: course.title.clone(),
        address: routes::course(&course.slug).href(),
        contents: contents_address(course.id),
        chat,
        lang: course.lang.to_string(),
        dir: course.dir.as_str(),
        n_modules: course.modules.len(),
        since: seat.since.to_string(),
    })
}

/// Where a message that mentions somebody is read: among the last ones of its room, or on an earlier page, with what was
/// said before and after it.
fn mention_address(chat: &str, mention: u64, last: u64) -> String {
    let half = SHOWN as u64 / 2;
    match last.saturating_sub(mention) < SHOWN as u64 {
        true => format!("{chat}#m{mention}"),
        false => format!("{}#m{mention}", query::address(chat, &[("before", &(mention + half).to_string())])),
    }
}

/// `GET /students/enroll-course/?course=<id>`: what this visitor can do about a course. A GET changes nothing.
pub async fn enroll_form(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    if form.get("course").is_empty() {
        // Where the sign-in page leads after a form was sent by somebody who was not signed in.
        return Ok(redirect(&LocalPath::new(if caller.0.is_some() { MY_COURSES } else { "/" })));
    }
    let course = wanted(&pages, form.get("course"))?;
    let here = enroll_address(course.id);
    let enrollment = enrollment(&app, &pages.publication.catalog, caller.0.as_ref(), course, &here).await?;
    if enrollment.state == "enrolled" {
        return Ok(redirect(&LocalPath::new(&contents_address(course.id))));
    }
    pages.draw(&EnrollView {
        page: pages.page(pages.word("enroll_in").replace("{name}", &course.title), here.as_str()),
        course: course_link(course),
        enrollment,
    })
}

/// `POST /students/enroll-course/` (`course`): on to the contents, or, without a place, back to the page that says what
/// there is instead.
pub async fn enroll(
    State(app): State<App>,
    Student(account): Student,
    client: Client,
    form: Form,
) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let course = wanted(&pages, form.get("course"))?;
    let Client(device) = client;
    let verdict = app.school.enroll(&account, course, Backing::None, device.address).await?;
    Ok(redirect(&after(&verdict, course.id)))
}

/// Where somebody goes who asked for a seat.
pub fn after(verdict: &Verdict, course: CourseId) -> LocalPath {
    match verdict {
        Verdict::Give(SeatState::Enrolled) | Verdict::Keep(SeatState::Enrolled) => {
            LocalPath::new(&contents_address(course))
        }
        Verdict::Give(_) | Verdict::Keep(_) | Verdict::Refuse(_) => enroll_address(course),
    }
}

/// `POST /students/leave-course/` (`course`, `next`)
pub async fn leave(
    State(app): State<App>,
    Student(account): Student,
    client: Client,
    form: Form,
) -> Result<Response, Problem> {
    // Not looked up in the catalog: one may also leave a course that is not published any more.
    let course = form.get("course").parse::<CourseId>().map_err(|_| Problem::bad_request(NO_COURSE))?;
    let policy = app.shelf.current().catalog.course(course).map(|course| course.enrollment.clone()).unwrap_or_default();
    let Client(device) = client;
    app.school.leave(&account, course, policy, device.address).await?;
    Ok(redirect(&LocalPath::parse(form.get("next")).unwrap_or_else(|| LocalPath::new(MY_COURSES))))
}

/// `GET /students/course/<id>/`: on to the first module.
pub async fn course(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let Caller(Some(account)) = caller else { return Ok(redirect(&sign_in_to_see(uri.path(), None))) };
    let id: CourseId = id.parse().map_err(|_| Problem::not_found())?;
    match enrolled(&app, &account, id).await? {
        Ok(()) => {
            let first = first_page(&app.shelf.current(), id).ok_or_else(Problem::not_found)?;
            Ok(redirect(&LocalPath::new(&first.href())))
        }
        Err(forbidden) => Ok(forbidden),
    }
}

/// `GET /students/course/<id>/<n>/`: on to module number n, from 1.
pub async fn module(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let Caller(Some(account)) = caller else { return Ok(redirect(&sign_in_to_see(uri.path(), None))) };
    let id: CourseId = id.parse().map_err(|_| Problem::not_found())?;
    match enrolled(&app, &account, id).await? {
        Ok(()) => {
            let publication = app.shelf.current();
            let number = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let modules = publication.catalog.course(id).map_or(&[][..], |course| &course.modules);
            let module = number.and_then(|at| modules.get(at)).ok_or_else(Problem::not_found)?;
            Ok(redirect(&LocalPath::new(&module.address.href())))
        }
        Err(forbidden) => Ok(forbidden),
    }
}

/// Nothing in the way, or the page that says what is.
async fn enrolled(app: &App, account: &Account, id: CourseId) -> Result<Result<(), Response>, Problem> {
    if app.shelf.current().catalog.course(id).is_none() {
        return Err(Problem::not_found());
    }
    let standing = app.school.standing(Some(account), id, &app.shelf.current().catalog).await?;
    match admit(&standing, Contents(id)) {
        Ok(_) => Ok(Ok(())),
        Err(denied) => Ok(Err(refused(app, Some(account), denied).await?)),
    }
}

const NO_COURSE: &str = "The form does not say which course is meant.";

/// The course a form names: 400 if it names none, 404 if there is no such course.
fn wanted<'a>(pages: &'a Pages, course: &str) -> Result<&'a Course, Problem> {
    if course.is_empty() {
        return Err(Problem::bad_request(NO_COURSE));
    }
    let id: CourseId = course.parse().map_err(|_| Problem::not_found())?;
    pages.publication.catalog.course(id).ok_or_else(Problem::not_found)
}
