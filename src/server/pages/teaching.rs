//! Teaching: the courses somebody teaches, the people in them, and what an instructor does about them. Row U7.

use axum::extract::State;
use axum::response::Response;

use super::draw::{Pages, course_link, forbidden};
use super::form::Form;
use super::moderation::{count_reports, moderation_address};
use super::query::{ROWS, address, search};
use crate::course::{Catalog, Course, CourseId};
use crate::school::{
    Account, AccountId, Approve, NotPermitted, PeopleQuery, Person, Remove, SEAT_STATES, SeatCounts, SeatState,
    SeePeople, Teaching, taught,
};
use crate::server::app::App;
use crate::server::identity::{Client, Student, redirect};
use crate::server::local_path::LocalPath;
use crate::server::permitted::Teacher;
use crate::server::problem::Problem;
use crate::theme::{CountsView, LearnerView, PeopleView, PersonView, ReportCount, TaughtCourse, TeachView};

const TEACH: &str = "/teach/";

/// `GET /teach/`
pub async fn teach(State(app): State<App>, Student(account): Student) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let catalog = &pages.publication.catalog;
    let Ok(taught) = taught(&account, catalog) else { return forbidden(&app) };
    let mut courses = Vec::new();
    for course in taught {
        let teaching = Teaching::of(&account, course, catalog);
        let Ok(teaching): Result<Teaching<SeePeople>, NotPermitted> = teaching else { continue };
        courses.push(TaughtCourse {
            title: course.title.clone(),
            address: people_address(course.id),
            lang: course.lang.to_string(),
            dir: course.dir.as_str(),
            counts: counts(course, app.school.seat_counts(&teaching).await?),
            moderation: moderation_address(course.id),
            reports: reports(&app, &account, course, catalog).await?,
        });
    }
    pages.draw(&TeachView { page: pages.page(pages.word("teach"), TEACH), courses })
}

/// `GET /teach/<id>/?state=&search=&after=`: the people of a course.
pub async fn people(
    State(app): State<App>,
    Student(account): Student,
    Teacher(teaching): Teacher<SeePeople>,
    form: Form,
) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let course = pages.publication.catalog.course(teaching.course()).ok_or_else(Problem::not_found)?;
    let after = form.get("after").parse().ok().map(AccountId);
    let query = PeopleQuery { state: state(&form), search: search(form.get("search")), after, limit: ROWS };
    let found = app.school.people(&teaching, &query).await?;
    let here = people_address(course.id);
    let state = query.state.map_or("", SeatState::as_str);
    let list = |after: &str| address(&here, &[("state", state), ("search", &query.search), ("after", after)]);
    let last = found.people.last().filter(|_| found.more);
    pages.draw(&PeopleView {
        page: pages.page(pages.word("people_of").replace("{name}", &course.title), &here),
        course: course_link(course),
        counts: counts(course, app.school.seat_counts(&teaching).await?),
        moderation: moderation_address(course.id),
        reports: reports(&app, &account, course, &pages.publication.catalog).await?,
        state,
        next: last.map(|person| list(&person.account.id.to_string())),
        first: after.map(|_| list("")),
        people: found.people.iter().map(|person| learner(person, course)).collect(),
        n_modules: course.modules.len(),
        search: query.search.clone(),
        here: here.clone(),
    })
}

/// `POST /teach/<id>/approve/` (`account`)
pub async fn approve(
    State(app): State<App>,
    Teacher(teaching): Teacher<Approve>,
    Client(device): Client,
    form: Form,
) -> Result<Response, Problem> {
    app.school.approve(&teaching, account(&form)?, device.address).await?;
    Ok(back(teaching.course(), &form))
}

/// `POST /teach/<id>/remove/` (`account`)
pub async fn remove(
    State(app): State<App>,
    Teacher(teaching): Teacher<Remove>,
    Client(device): Client,
    form: Form,
) -> Result<Response, Problem> {
    app.school.remove(&teaching, account(&form)?, device.address).await?;
    Ok(back(teaching.course(), &form))
}

/// How many messages of a course are reported, for who may moderate there.
async fn reports(app: &App, account: &Account, course: &Course, catalog: &Catalog) -> Result<ReportCount, Problem> {
    match Teaching::of(account, course, catalog) {
        Ok(teaching) => Ok(count_reports(&app.school, &teaching).await?),
        Err(NotPermitted) => Ok(ReportCount::default()),
    }
}

/// The page of a course's people.
pub fn people_address(course: CourseId) -> String {
    format!("{TEACH}{course}/")
}

/// The state that a form names.
pub fn state(form: &Form) -> Option<SeatState> {
    SEAT_STATES.iter().find(|(name, _)| *name == form.get("state")).map(|(_, state)| *state)
}

fn account(form: &Form) -> Result<AccountId, Problem> {
    let id = form.get("account").parse().map_err(|_| Problem::bad_request("The form does not say who is meant."))?;
    Ok(AccountId(id))
}

/// To the list that the form was sent from.
fn back(course: CourseId, form: &Form) -> Response {
    let state = state(form).map_or("", SeatState::as_str);
    redirect(&LocalPath::new(&address(&people_address(course), &[("state", state), ("search", form.get("search"))])))
}

/// How many have what in a course.
pub fn counts(course: &Course, counts: SeatCounts) -> CountsView {
    let SeatCounts { enrolled, waiting, requested } = counts;
    CountsView { capacity: course.enrollment.capacity, enrolled, waiting, requested }
}

fn learner(person: &Person, course: &Course) -> LearnerView {
    let done = person.progress.of(course).count();
    let person = PersonView {
        id: person.account.id.0,
        username: person.account.username.to_string(),
        state: person.seat.state.as_str(),
        since: person.seat.since.to_string(),
    };
    LearnerView { person, done }
}
