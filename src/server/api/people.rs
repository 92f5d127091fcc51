//! The people of a course, for who teaches it and for the staff: listed, given a place, sent away. The pages of
//! `server::pages::teaching` do the same by the same permissions.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;

use super::answer::Answer;
use super::call::{Call, Endpoint, Received, action};
use super::download::{Page, pages, rows};
use super::error::ApiError;
use super::handlers::decided;
use super::lists::{Address, Parameters};
use super::negotiation::{Form, Kind};
use super::people_wire::{PeopleJson, PersonJson, ReachablePersonJson};
use super::permitted::account_id;
use crate::course::Course;
use crate::course::json::time;
use crate::school::{
    AccountId, Approve, PeoplePage, PeopleQuery, Person, Refusal, Remove, SEAT_STATES, School, SeatState, SeePeople,
    Teaching, Verdict,
};
use crate::server::app::App;
use crate::server::publication::Publication;

pub const PEOPLE: Endpoint = action("People", "GET, HEAD, OPTIONS").also(Kind::Table);
pub const PERSON: Endpoint = action("Person", "DELETE, OPTIONS");
pub const APPROVE: Endpoint = action("Approve", "POST, OPTIONS");

/// How many people a page has if nobody says otherwise, and at most.
const PAGE_SIZE: usize = 50;
pub const MAX_PAGE_SIZE: usize = 500;

/// No name is longer.
pub const MAX_SEARCH: usize = 200;

/// `GET /api/courses/<id>/people/` (`state`, `search`, `after`, `limit`), in pages or as a table of all.
pub async fn people(State(app): State<App>, Path(id): Path<String>, request: Received) -> Response {
    Call::run(app, PEOPLE, request, async |call| {
        let (teaching, course) = (call.teaching(&id)?, call.course(&id)?);
        let address = Address::of(&call.parts, &call.base)?;
        let query = query(&address.parameters)?;
        // The one field that docs/permissions.md keeps from instructors.
        let reachable = call.staffing().is_ok();
        if call.form == Form::Table {
            let name = format!("people-of-course-{}.csv", teaching.course());
            return Ok(Answer::download("text/csv; charset=utf-8", &name, table(&call, teaching, query, reachable)));
        }
        let found = call.app.school.people(&teaching, &query).await?;
        Ok(page(&found, course, &address, reachable))
    })
    .await
}

/// `POST /api/courses/<id>/people/<account>/approve/`: a place for somebody who asked, or in the waiting list.
pub async fn approve(
    State(app): State<App>,
    Path((id, account)): Path<(String, String)>,
    request: Received,
) -> Response {
    Call::run(app, APPROVE, request, async |call| {
        let teaching: Teaching<Approve> = call.teaching(&id)?;
        match call.app.school.approve(&teaching, account_id(&account)?, call.address).await? {
            // So the store says that they have nothing here.
            Verdict::Refuse(Refusal::NotInvited) => Err(ApiError::not_found()),
            verdict => decided(&verdict, &call.publication.catalog),
        }
    })
    .await
}

/// `DELETE /api/courses/<id>/people/<account>/`: refuses a request, or takes a place away.
pub async fn person(
    State(app): State<App>,
    Path((id, account)): Path<(String, String)>,
    request: Received,
) -> Response {
    Call::run(app, PERSON, request, async |call| {
        let teaching: Teaching<Remove> = call.teaching(&id)?;
        let left = call.app.school.remove(&teaching, account_id(&account)?, call.address).await?;
        left.had.map(|_| Answer::nothing()).ok_or_else(ApiError::not_found)
    })
    .await
}

/// Reads whom somebody wants to see; all that is wrong is said at once. An empty value is none.
fn query(parameters: &Parameters) -> Result<PeopleQuery, ApiError> {
    let mut wrong = Vec::new();
    let said = |name| parameters.get(name).map(str::trim).filter(|value| !value.is_empty());
    let mut query = PeopleQuery { limit: PAGE_SIZE, ..PeopleQuery::default() };
    if let Some(name) = said("state") {
        query.state = SEAT_STATES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state);
        if query.state.is_none() {
            wrong.push(("state", vec![format!("\"{name}\" is not a valid choice.")]));
        }
    }
    match said("search").unwrap_or_default() {
        text if text.chars().count() > MAX_SEARCH => {
            wrong.push(("search", vec![format!("Ensure this field has no more than {MAX_SEARCH} characters.")]));
        }
        text => query.search = text.to_owned(),
    }
    if let Some(text) = said("after") {
        query.after = text.parse().ok().map(AccountId);
        if query.after.is_none() {
            wrong.push(("after", vec!["A valid integer is required.".to_owned()]));
        }
    }
    if let Some(text) = said("limit") {
        match text.parse() {
            Ok(limit) if (1..=MAX_PAGE_SIZE).contains(&limit) => query.limit = limit,
            _ => wrong.push(("limit", vec![format!("Ensure this value is a number from 1 to {MAX_PAGE_SIZE}.")])),
        }
    }
    if wrong.is_empty() { Ok(query) } else { Err(ApiError::invalid(wrong)) }
}

fn page(found: &PeoplePage, course: &Course, address: &Address, reachable: bool) -> Answer {
    let last = found.people.last().filter(|_| found.more);
    let next = last.map(|person| address.with(&[("after", Some(&person.account.id.to_string()))]));
    let people = found.people.iter();
    match reachable {
        true => {
            let results = people.map(|person| ReachablePersonJson::new(person, course)).collect();
            Answer::of(&PeopleJson { next, results })
        }
        false => {
            let results = people.map(|person| PersonJson::new(person, course)).collect();
            Answer::of(&PeopleJson { next, results })
        }
    }
}

/// A table that is being made.
struct Table {
    school: Arc<School>,
    publication: Arc<Publication>,
    teaching: Teaching<SeePeople>,
    state: Option<SeatState>,
    query: PeopleQuery,
    reachable: bool,
    /// Whether there is anything left to write, the titles included.
    rest: Rest,
}

enum Rest {
    All,
    Rows,
    Nothing,
}

/// All who are wanted, in the order of their accounts: a queue in the order in which they came would have to be sorted
/// anew for each page.
fn table(call: &Call, teaching: Teaching<SeePeople>, query: PeopleQuery, reachable: bool) -> Body {
    let PeopleQuery { state, search, .. } = query;
    let query = PeopleQuery { search, limit: MAX_PAGE_SIZE, ..PeopleQuery::default() };
    let (school, publication) = (call.app.school.clone(), call.publication.clone());
    let table = Table { school, publication, teaching, state, query, reachable, rest: Rest::All };
    pages(table, Table::next)
}

impl Table {
    async fn next(mut self) -> Page<Self> {
        let titles = match self.rest {
            Rest::Nothing => return Ok(None),
            Rest::All => true,
            Rest::Rows => false,
        };
        let found = self.school.people(&self.teaching, &self.query).await?;
        self.query.after = found.people.last().map(|person| person.account.id);
        self.rest = if found.more { Rest::Rows } else { Rest::Nothing };
        let wanted = found.people.iter().filter(|one| self.state.is_none_or(|state| state == one.seat.state));
        let course = self.publication.catalog.course(self.teaching.course());
        let bytes = match self.reachable {
            true => rows(titles.then(reachable_titles).into_iter().chain(wanted.map(|one| reachable_row(one, course)))),
            false => rows(titles.then(titles_of_all).into_iter().chain(wanted.map(|one| row(one, course)))),
        };
        Ok(Some((bytes, self)))
    }
}

fn titles_of_all() -> [String; 5] {
    ["id", "username", "state", "since", "modules_done"].map(str::to_owned)
}

fn row(Person { account, seat, progress }: &Person, course: Option<&Course>) -> [String; 5] {
    let state = seat.state.as_str().to_owned();
    let n_done = course.map_or(0, |course| progress.of(course).count());
    [account.id.to_string(), account.username.to_string(), state, time(seat.since), n_done.to_string()]
}

fn reachable_titles() -> [String; 6] {
    ["id", "username", "email", "state", "since", "modules_done"].map(str::to_owned)
}

fn reachable_row(person: &Person, course: Option<&Course>) -> [String; 6] {
    let [id, username, state, since, n_done] = row(person, course);
    [id, username, person.account.email_or_empty().to_owned(), state, since, n_done]
}
