//! Views of what the staff sees: figures, people, courses, enrollments, the log of events.

use serde::Serialize;

use super::list_views::PolicyView;
use super::teaching_views::{CountsView, PersonView};
use super::view::{LinkView, PageView, View, view};

/// `/admin/`: figures.
#[derive(Debug, Serialize)]
pub struct AdminView {
    /// The head.
    pub page: PageView,
    /// Single figures.
    pub figures: Vec<FigureView>,
    /// Figures by day.
    pub charts: Vec<ChartView>,
}
view!(AdminView, "admin.html");

/// A figure with its name.
#[derive(Debug, Serialize)]
pub struct FigureView {
    /// The word of the theme that names it.
    pub name: String,
    /// As people read it.
    pub value: String,
}

/// A chart of days.
#[derive(Debug, Serialize)]
pub struct ChartView {
    /// What it shows.
    pub title: String,
    /// All days together.
    pub total: u64,
    /// Units wide.
    pub width: u64,
    /// The days, the oldest first.
    pub bars: Vec<BarView>,
}

/// A day in a chart that is 100 units high.
#[derive(Debug, Serialize)]
pub struct BarView {
    /// The day, `2026-11-20`.
    pub day: String,
    /// How many.
    pub value: u64,
    /// Where the bar begins, from the left.
    pub x: u64,
    /// Where it begins, from above.
    pub y: u64,
    /// How high it is.
    pub height: u64,
}

/// A choice in a filter.
#[derive(Debug, Serialize)]
pub struct ChoiceView {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub title: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// `/admin/people/`
#[derive(Debug, Serialize)]
pub struct AccountsView {
    /// The head.
    pub page: PageView,
    /// What is searched.
    pub search: String,
    /// The roles.
    pub roles: Vec<ChoiceView>,
    /// Whether somebody may sign in to them.
    pub states: Vec<ChoiceView>,
    /// The accounts, by id.
    pub accounts: Vec<AccountRow>,
    /// The first page of the same list, if this is a later one.
    pub first: Option<String>,
    /// The next page of the same list.
    pub next: Option<String>,
}
view!(AccountsView, "admin_people.html");

/// An account.
#[derive(Debug, Serialize)]
pub struct AccountRow {
    /// Its key.
    pub id: u64,
    /// The user name.
    pub username: String,
    /// The mail address; may be empty.
    pub email: String,
    /// Whether the address is known to be theirs.
    pub confirmed: bool,
    /// `active`, `unconfirmed` or `disabled`.
    pub state: &'static str,
    /// `student`, `instructor` or `staff`.
    pub role: &'static str,
    /// When it was made, RFC 3339.
    pub created: String,
}

/// `/admin/people/<id>/`
#[derive(Debug, Serialize)]
pub struct AccountView {
    /// The head.
    pub page: PageView,
    /// Who.
    pub account: AccountRow,
    /// How many sessions they have.
    pub n_sessions: usize,
    /// Their seats, the newest first.
    pub seats: Vec<SeatView>,
    /// The last events about them.
    pub events: Vec<EventView>,
    /// All of these.
    pub all_events: String,
}
view!(AccountView, "admin_person.html");

/// What somebody has in a course.
#[derive(Debug, Serialize)]
pub struct SeatView {
    /// The course.
    pub course: LinkView,
    /// Who.
    pub person: PersonView,
}

/// `/admin/courses/`
#[derive(Debug, Serialize)]
pub struct AdminCoursesView {
    /// The head.
    pub page: PageView,
    /// Newest first.
    pub courses: Vec<AdminCourse>,
}
view!(AdminCoursesView, "admin_courses.html");

/// A course as the staff sees it.
#[derive(Debug, Serialize)]
pub struct AdminCourse {
    /// Its key.
    pub id: u32,
    /// Its title, with the page of its people.
    pub course: LinkView,
    /// The full name of who teaches it.
    pub instructor: String,
    /// Who may enroll.
    pub policy: PolicyView,
    /// How many have what.
    pub counts: CountsView,
}

/// `/admin/enrollments/`
#[derive(Debug, Serialize)]
pub struct EnrollmentsView {
    /// The head.
    pub page: PageView,
    /// The courses.
    pub courses: Vec<ChoiceView>,
    /// The state that is looked for; empty for all.
    pub state: &'static str,
    /// What was found.
    pub seats: Vec<SeatView>,
    /// The first page of the same list, if this is a later one.
    pub first: Option<String>,
    /// The next page of the same list.
    pub next: Option<String>,
}
view!(EnrollmentsView, "admin_enrollments.html");

/// `/admin/events/`
#[derive(Debug, Serialize)]
pub struct EventsView {
    /// The head.
    pub page: PageView,
    /// The kinds.
    pub kinds: Vec<ChoiceView>,
    /// The user name that is looked for.
    pub person: String,
    /// The courses.
    pub courses: Vec<ChoiceView>,
    /// The newest first.
    pub events: Vec<EventView>,
    /// The first page of the same list, if this is a later one.
    pub first: Option<String>,
    /// The next page of the same list.
    pub next: Option<String>,
}
view!(EventsView, "admin_events.html");

/// An event.
#[derive(Debug, Serialize)]
pub struct EventView {
    /// Its number.
    pub id: u64,
    /// The word of the theme for what happened.
    pub kind: String,
    /// To whom; nothing if it was nobody, or they are gone.
    pub account: Option<LinkView>,
    /// Who did it, if it was somebody else.
    pub by: Option<LinkView>,
    /// About which course; may be empty.
    pub course: String,
    /// From which address of the network; may be empty.
    pub address: String,
    /// When, RFC 3339.
    pub at: String,
}
