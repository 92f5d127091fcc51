//! Views of what instructors see: their courses, the people in them, invitations; and of an invitation as it is opened.

use serde::Serialize;

use super::room_views::ReportCount;
use super::server_views::{EnrollmentView, FieldView};
use super::view::{LinkView, PageView, View, view};

/// `/teach/`: the courses somebody teaches.
#[derive(Debug, Serialize)]
pub struct TeachView {
    /// The head.
    pub page: PageView,
    /// Newest first.
    pub courses: Vec<TaughtCourse>,
}
view!(TeachView, "teach.html");

/// A course in the list of those who teach it.
#[derive(Debug, Serialize)]
pub struct TaughtCourse {
    /// Its title.
    pub title: String,
    /// The page of its people.
    pub address: String,
    /// Its language.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// How many have what.
    pub counts: CountsView,
    /// Where its room is moderated.
    pub moderation: String,
    /// How many messages there are reported.
    pub reports: ReportCount,
}

/// How many have what in a course.
#[derive(Debug, Serialize)]
pub struct CountsView {
    /// How many places there are, if there are not places for all.
    pub capacity: Option<u32>,
    /// With a place.
    pub enrolled: u64,
    /// On the waiting list.
    pub waiting: u64,
    /// Who asked.
    pub requested: u64,
}

/// `/teach/<id>/`: the people of a course.
#[derive(Debug, Serialize)]
pub struct PeopleView {
    /// The head.
    pub page: PageView,
    /// The course.
    pub course: LinkView,
    /// This page, without a query.
    pub here: String,
    /// Where the room is moderated.
    pub moderation: String,
    /// How many messages there are reported.
    pub reports: ReportCount,
    /// How many have what.
    pub counts: CountsView,
    /// The state that is looked for; empty for all.
    pub state: &'static str,
    /// What is looked for in names; empty for all.
    pub search: String,
    /// How many modules the course has.
    pub n_modules: usize,
    /// The people.
    pub people: Vec<LearnerView>,
    /// The first page of the same list, if this is a later one.
    pub first: Option<String>,
    /// The next page of the same list.
    pub next: Option<String>,
}
view!(PeopleView, "people.html");

/// Somebody who has something in a course.
#[derive(Debug, Serialize)]
pub struct PersonView {
    /// The account's key.
    pub id: u64,
    /// The user name.
    pub username: String,
    /// `enrolled`, `waiting` or `requested`.
    pub state: &'static str,
    /// Since when, RFC 3339.
    pub since: String,
}

/// The same, as who teaches the course sees them.
#[derive(Debug, Serialize)]
pub struct LearnerView {
    /// Who, and what they have.
    #[serde(flatten)]
    pub person: PersonView,
    /// How many modules they have done.
    pub done: usize,
}

/// `/teach/<id>/invitations/`
#[derive(Debug, Serialize)]
pub struct InvitationsView {
    /// The head.
    pub page: PageView,
    /// The course.
    pub course: LinkView,
    /// The people of the course.
    pub people: String,
    /// This page.
    pub here: String,
    /// Where one is revoked.
    pub revoke: String,
    /// The addresses that were sent and not taken, each with why.
    pub addresses: FieldView,
    /// How many letters were queued just now.
    pub n_invited: usize,
    /// A link that was made just now, to be handed over by its maker; shown this once.
    pub link: Option<String>,
    /// The invitations that can still be used, the oldest first.
    pub invitations: Vec<InvitationRow>,
}
view!(InvitationsView, "invitations.html");

/// An invitation in a list.
#[derive(Debug, Serialize)]
pub struct InvitationRow {
    /// What names it in a form.
    pub key: String,
    /// Whom it was sent to; empty if it was handed over.
    pub email: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Until when it can be used, RFC 3339.
    pub expires: String,
}

/// `/students/invitation/<token>/`
#[derive(Debug, Serialize)]
pub struct InvitationView {
    /// The head.
    pub page: PageView,
    /// The course it invites into; nothing if it was used, revoked or is too old.
    pub course: Option<LinkView>,
    /// Where it is accepted.
    pub accept: String,
    /// What its holder can do about the course.
    pub enrollment: Option<EnrollmentView>,
}
view!(InvitationView, "invitation.html");
