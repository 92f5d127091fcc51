//! People and enrollments as the staff sees them. Row O1.

use axum::extract::{Path, State};
use axum::response::Response;

use super::admin_events::{course_choices, event_views};
use super::draw::Pages;
use super::form::Form;
use super::query::{ROWS, address, search};
use super::teaching::{people_address, state};
use crate::course::{Catalog, CourseId};
use crate::school::{
    ACCOUNT_STATES, Account, AccountId, AccountQuery, AccountState, EnrollmentQuery, EventFilter, ROLES, Role, Seat,
    SeatState,
};
use crate::server::app::App;
use crate::server::permitted::Staff;
use crate::server::problem::Problem;
use crate::theme::{
    AccountRow, AccountView, AccountsView, ChoiceView, EnrollmentsView, LinkView, PersonView, SeatView,
};

const PEOPLE: &str = "/admin/people/";
const ENROLLMENTS: &str = "/admin/enrollments/";

/// `GET /admin/people/?role=&state=&search=&after=`
pub async fn accounts(State(app): State<App>, Staff(staffing): Staff, form: Form) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let role = form.get("role").parse().ok();
    let state = ACCOUNT_STATES.iter().find(|(name, _)| *name == form.get("state")).map(|(_, state)| *state);
    let after = form.get("after").parse().ok().map(AccountId);
    let query = AccountQuery { role, state, search: search(form.get("search")), after, limit: ROWS };
    let (found, more) = app.school.find_accounts(&staffing, &query).await?;
    let (in_role, in_state) = (role.map_or("", Role::as_str), state.map_or("", AccountState::as_str));
    let list = |after: &str| {
        address(PEOPLE, &[("role", in_role), ("state", in_state), ("search", &query.search), ("after", after)])
    };
    let last = found.last().filter(|_| more);
    pages.draw(&AccountsView {
        page: pages.page(pages.word("people"), PEOPLE),
        roles: ROLES.iter().map(|(name, one)| choice(&pages, "role", name, role == Some(*one))).collect(),
        states: ACCOUNT_STATES.iter().map(|(name, one)| choice(&pages, "account", name, state == Some(*one))).collect(),
        next: last.map(|account| list(&account.id.to_string())),
        first: after.map(|_| list("")),
        accounts: found.iter().map(row).collect(),
        search: query.search.clone(),
    })
}

/// A choice whose title is a word of the theme.
fn choice(pages: &Pages, kind: &str, value: &str, chosen: bool) -> ChoiceView {
    ChoiceView { value: value.to_owned(), title: pages.word(&format!("{kind}_{value}")), chosen }
}

/// `GET /admin/people/<id>/`
pub async fn account(
    State(app): State<App>,
    Staff(staffing): Staff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let id = id.parse().map(AccountId).map_err(|_| Problem::not_found())?;
    let account = app.school.account(id).await?.ok_or_else(Problem::not_found)?;
    let (seats, sessions) = app.school.affairs_of(&staffing, &account).await?;
    let filter = EventFilter { account: Some(id), ..EventFilter::default() };
    let events = app.school.events(&staffing, None, filter, ROWS).await?;
    let catalog = &pages.publication.catalog;
    let seat = |(course, seat): &(CourseId, Seat)| seat_view(catalog, *course, &account, *seat);
    pages.draw(&AccountView {
        page: pages.page(account.username.to_string(), &person_address(id)),
        n_sessions: sessions.len(),
        seats: seats.iter().map(seat).collect(),
        events: event_views(&app, &pages, &events).await?,
        all_events: address("/admin/events/", &[("person", account.username.as_str())]),
        account: row(&account),
    })
}

/// `GET /admin/enrollments/?course=&state=&after=`
pub async fn enrollments(State(app): State<App>, Staff(staffing): Staff, form: Form) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let catalog = &pages.publication.catalog;
    let course = form.get("course").parse::<CourseId>().ok();
    let all = catalog.courses.iter().map(|course| course.id);
    let courses = all.filter(|id| course.is_none_or(|course| course == *id)).collect();
    let after = form.get("after").split_once('-');
    let after = after.and_then(|(course, account)| Some((course.parse().ok()?, AccountId(account.parse().ok()?))));
    let query = EnrollmentQuery { courses, state: state(&form), after, limit: ROWS };
    let (found, more) = app.school.find_enrollments(&staffing, &query).await?;
    let state = query.state.map_or("", SeatState::as_str);
    let course_text = course.map(|course| course.to_string()).unwrap_or_default();
    let list = |after: &str| address(ENROLLMENTS, &[("course", &course_text), ("state", state), ("after", after)]);
    let mut seats = Vec::new();
    for (course, id, seat) in &found {
        if let Some(account) = app.school.account(*id).await? {
            seats.push(seat_view(catalog, *course, &account, *seat));
        }
    }
    let last = found.last().filter(|_| more);
    pages.draw(&EnrollmentsView {
        page: pages.page(pages.word("enrollments"), ENROLLMENTS),
        courses: course_choices(catalog, course),
        state,
        next: last.map(|(course, account, _)| list(&format!("{course}-{account}"))),
        first: after.map(|_| list("")),
        seats,
    })
}

/// The page of somebody.
pub fn person_address(id: AccountId) -> String {
    format!("{PEOPLE}{id}/")
}

fn row(account: &Account) -> AccountRow {
    AccountRow {
        id: account.id.0,
        username: account.username.to_string(),
        email: account.email_or_empty().to_owned(),
        confirmed: account.email_confirmed,
        state: account.state().as_str(),
        role: account.role.as_str(),
        created: account.created.to_string(),
    }
}

/// A seat; of a course that is not published any more only the number is known.
fn seat_view(catalog: &Catalog, course: CourseId, account: &Account, seat: Seat) -> SeatView {
    let course = match catalog.course(course) {
        Some(course) => LinkView { title: course.title.clone(), address: people_address(course.id) },
        None => LinkView { title: format!("#{course}"), address: String::new() },
    };
    let (username, state, since) = (account.username.to_string(), seat.state.as_str(), seat.since.to_string());
    SeatView { course, person: PersonView { id: account.id.0, username, state, since } }
}
