//! The log of events as the staff sees it: what happened to whom, by whom, from where. Row O1.

use std::collections::{BTreeSet, HashMap};

use axum::extract::State;
use axum::response::Response;

use super::admin_people::person_address;
use super::draw::Pages;
use super::form::Form;
use super::query::{ROWS, address, search};
use crate::course::{Catalog, CourseId};
use crate::school::{Account, AccountId, EVENT_KINDS, Event, EventFilter, EventId, EventKind};
use crate::server::app::App;
use crate::server::permitted::Staff;
use crate::server::problem::Problem;
use crate::theme::{ChoiceView, EventView, EventsView, LinkView};

const EVENTS: &str = "/admin/events/";

/// `GET /admin/events/?kind=&person=&course=&before=`
pub async fn events(State(app): State<App>, Staff(staffing): Staff, form: Form) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let catalog = &pages.publication.catalog;
    let kind = form.get("kind").parse::<EventKind>().ok();
    let course = form.get("course").parse::<CourseId>().ok();
    let person = search(form.get("person"));
    let before = form.get("before").parse().ok().map(EventId);
    let account = match person.is_empty() {
        true => None,
        // Account 0 is nobody: of whom there is no account there are no events.
        false => Some(app.school.account_by_name(&person).await?.map_or(AccountId(0), |account| account.id)),
    };
    let filter = EventFilter { kind, account, course };
    let mut found = app.school.events(&staffing, before, filter, ROWS + 1).await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let (kind_text, course_text) = (kind.map_or("", EventKind::as_str), course.map(|course| course.to_string()));
    let course_text = course_text.unwrap_or_default();
    let list = |before: &str| {
        address(EVENTS, &[("kind", kind_text), ("person", &person), ("course", &course_text), ("before", before)])
    };
    let last = found.last().filter(|_| more);
    pages.draw(&EventsView {
        page: pages.page(pages.word("events"), EVENTS),
        kinds: EVENT_KINDS.iter().map(|one| kind_choice(&pages, *one, kind)).collect(),
        courses: course_choices(catalog, course),
        next: last.map(|event| list(&event.id.0.to_string())),
        first: before.map(|_| list("")),
        events: event_views(&app, &pages, &found).await?,
        person: person.clone(),
    })
}

/// Events for people, with names in the place of ids.
pub async fn event_views(app: &App, pages: &Pages, events: &[Event]) -> Result<Vec<EventView>, Problem> {
    let people: BTreeSet<_> = events.iter().flat_map(|event| [event.account, event.origin.by]).flatten().collect();
    let mut names: HashMap<AccountId, Option<LinkView>> = HashMap::new();
    for id in people {
        let account = app.school.account(id).await?;
        let link = |account: Account| LinkView { title: account.username.to_string(), address: person_address(id) };
        names.insert(id, account.map(link));
    }
    let name = |id: Option<AccountId>| id.and_then(|id| names.get(&id).cloned().flatten());
    let catalog = &pages.publication.catalog;
    let title = |id: CourseId| catalog.course(id).map_or_else(|| format!("#{id}"), |course| course.title.clone());
    let view = |event: &Event| EventView {
        id: event.id.0,
        kind: pages.word(&format!("event_{}", event.kind.as_str())),
        account: name(event.account),
        by: name(event.origin.by.filter(|by| event.account != Some(*by))),
        course: event.course.map(title).unwrap_or_default(),
        address: event.origin.address.map(|address| address.to_string()).unwrap_or_default(),
        at: event.origin.at.to_string(),
    };
    Ok(events.iter().map(view).collect())
}

/// The courses, as choices of a filter.
pub fn course_choices(catalog: &Catalog, chosen: Option<CourseId>) -> Vec<ChoiceView> {
    let courses = catalog.courses.iter();
    let choice = |course: &crate::course::Course| ChoiceView {
        value: course.id.to_string(),
        title: course.title.clone(),
        chosen: chosen == Some(course.id),
    };
    courses.map(choice).collect()
}

fn kind_choice(pages: &Pages, kind: EventKind, chosen: Option<EventKind>) -> ChoiceView {
    let value = kind.as_str().to_owned();
    ChoiceView { title: pages.word(&format!("event_{value}")), value, chosen: chosen == Some(kind) }
}
