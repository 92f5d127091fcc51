//! What the API puts on the wire about people, their seats, and what happened: the order of the fields is part of the
//! contract. Who reads which of them is in `school::field_permissions`.

use serde::Serialize;
use utoipa::ToSchema;

use super::base::Base;
use crate::course::json::time;
use crate::course::{Course, CourseId};
use crate::school::{Account, Email, Event, Link, Person, Progress, Role, Seat, SeatState};

/// `GET /api/me/`
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeJson<'a> {
    id: u64,
    username: &'a str,
    email: &'a str,
    role: &'static str,
    courses: String,
    progress: TotalProgressJson,
}

/// How much somebody has done of all courses that they can read.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = TotalProgress)]
pub struct TotalProgressJson {
    /// Modules that they have done.
    pub done: usize,
    /// Modules that there are.
    pub modules: usize,
}

/// How far somebody is in a course.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Progress)]
pub struct ProgressJson {
    done: usize,
    modules: usize,
    /// The orders of the modules that are done.
    finished: Vec<u32>,
}

impl ProgressJson {
    /// What counts of it: the modules that the course has.
    pub fn new(progress: &Progress, course: &Course) -> Self {
        let finished: Vec<_> = progress.of(course).map(|(module, _)| module.order).collect();
        Self { done: finished.len(), modules: course.modules.len(), finished }
    }
}

impl<'a> MeJson<'a> {
    /// Somebody, and what they are here.
    pub fn new(account: &'a Account, role: Role, progress: TotalProgressJson, base: &Base) -> Self {
        Self {
            id: account.id.0,
            username: account.username.as_str(),
            email: account.email_or_empty(),
            role: role.as_str(),
            courses: format!("{base}/api/me/courses/"),
            progress,
        }
    }
}

/// One of `GET /api/me/courses/`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyCourse)]
pub struct MyCourseJson<'a> {
    id: u32,
    title: &'a str,
    slug: &'a str,
    state: &'static str,
    #[schema(format = DateTime)]
    since: String,
    course: String,
    contents: Option<String>,
    #[schema(format = DateTime)]
    begins: Option<String>,
    progress: Option<ProgressJson>,
}

impl<'a> MyCourseJson<'a> {
    /// A course and what somebody has there; `begins` if that is still to come.
    pub fn new(
        course: &'a Course,
        seat: Seat,
        progress: &Progress,
        begins: Option<jiff::Timestamp>,
        base: &Base,
    ) -> Self {
        let here = format!("{base}/api/courses/{}/", course.id);
        let reads = seat.state == SeatState::Enrolled && begins.is_none();
        Self {
            id: course.id.get(),
            title: &course.title,
            slug: course.slug.as_str(),
            state: seat.state.as_str(),
            since: time(seat.since),
            contents: reads.then(|| format!("{here}contents/")),
            course: here,
            begins: begins.map(time),
            progress: reads.then(|| ProgressJson::new(progress, course)),
        }
    }
}

/// A page of the people of a course.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = People)]
pub struct PeopleJson<P> {
    /// Where there are more.
    pub next: Option<String>,
    /// Some of them.
    pub results: Vec<P>,
}

/// Somebody in a course, as who teaches it sees them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonJson<'a> {
    id: u64,
    username: &'a str,
    state: &'static str,
    #[schema(format = DateTime)]
    since: String,
    modules_done: usize,
}

impl<'a> PersonJson<'a> {
    /// Somebody, what they have, and how much of the course they have done.
    pub fn new(Person { account, seat, progress }: &'a Person, course: &Course) -> Self {
        Self {
            id: account.id.0,
            username: account.username.as_str(),
            state: seat.state.as_str(),
            since: time(seat.since),
            modules_done: progress.of(course).count(),
        }
    }
}

/// Somebody in a course, as the staff sees them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReachablePerson)]
pub struct ReachablePersonJson<'a> {
    id: u64,
    username: &'a str,
    email: &'a str,
    state: &'static str,
    #[schema(format = DateTime)]
    since: String,
    modules_done: usize,
}

impl<'a> ReachablePersonJson<'a> {
    /// The same.
    pub fn new(person: &'a Person, course: &Course) -> Self {
        let PersonJson { id, username, state, since, modules_done } = PersonJson::new(person, course);
        Self { id, username, email: person.account.email_or_empty(), state, since, modules_done }
    }
}

/// One of `GET /api/courses/<id>/invitations/`: its id opens nothing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationJson<'a> {
    id: String,
    email: &'a str,
    #[schema(format = DateTime)]
    created: String,
    #[schema(format = DateTime)]
    expires: String,
}

impl<'a> InvitationJson<'a> {
    /// An invitation; one to be handed over has an empty address.
    pub fn new(link: &'a Link) -> Self {
        let email = link.invited().map_or("", Email::as_str);
        Self { id: link.key.to_text(), email, created: time(link.created), expires: time(link.expires) }
    }
}

/// `POST /api/courses/<id>/invitations/`: what became of each address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invited)]
pub struct InvitedJson {
    /// Who gets a letter.
    pub invited: Vec<String>,
    /// By what nobody was invited.
    pub refused: Vec<RefusedJson>,
}

/// What nobody was invited by, as it was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refused)]
pub struct RefusedJson {
    /// Its line, or its place in a list, from 1.
    pub line: u64,
    /// What stands there.
    pub text: String,
    /// `no-address`, or `twice` if it is invited already.
    pub reason: &'static str,
}

/// A line of `GET /api/export/accounts/`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountLine)]
pub struct AccountLineJson<'a> {
    id: u64,
    username: &'a str,
    email: &'a str,
    email_confirmed: bool,
    role: &'static str,
    state: &'static str,
    #[schema(format = DateTime)]
    created: String,
}

impl<'a> AccountLineJson<'a> {
    /// An account without what proves anything.
    pub fn new(account: &'a Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username.as_str(),
            email: account.email_or_empty(),
            email_confirmed: account.email_confirmed,
            role: account.role.as_str(),
            state: account.state().as_str(),
            created: time(account.created),
        }
    }
}

/// A line of `GET /api/export/enrollments/`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnrollmentLine)]
pub struct EnrollmentLineJson<'a> {
    account: u64,
    username: &'a str,
    course: u32,
    state: &'static str,
    #[schema(format = DateTime)]
    since: String,
}

impl<'a> EnrollmentLineJson<'a> {
    /// What somebody has in a course, published or not.
    pub fn new(account: &'a Account, course: CourseId, seat: Seat) -> Self {
        Self {
            account: account.id.0,
            username: account.username.as_str(),
            course: course.get(),
            state: seat.state.as_str(),
            since: time(seat.since),
        }
    }
}

/// A line of `GET /api/export/events/`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventLine)]
pub struct EventLineJson {
    id: u64,
    kind: &'static str,
    #[schema(format = DateTime)]
    at: String,
    account: Option<u64>,
    course: Option<u32>,
    by: Option<u64>,
    #[schema(value_type = Option<String>)]
    address: Option<std::net::IpAddr>,
}

impl EventLineJson {
    /// Something that happened.
    pub fn new(event: &Event) -> Self {
        Self {
            id: event.id.0,
            kind: event.kind.as_str(),
            at: time(event.origin.at),
            account: event.account.map(|account| account.0),
            course: event.course.map(CourseId::get),
            by: event.origin.by.map(|by| by.0),
            address: event.origin.address,
        }
    }
}
