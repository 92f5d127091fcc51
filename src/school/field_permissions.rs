//! Permissions of fields: who reads and who changes which part of a person, a session, a seat, a course, a message, an event.
//!
//! What somebody can read is what a page or an answer has a place for: [`SHAPES`] says who is shown which, [`FIELDS`] what
//! stands there. docs/permissions.md is made of both; a test holds them against the types, so no field is without a row.

use std::fmt::Write as _;

/// Who is shown something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// Also who is not signed in.
    Everybody,
    /// Whose it is.
    Owner,
    /// Who has a place in the course.
    Enrolled,
    /// Who teaches the course.
    Instructor,
    /// The staff.
    Staff,
}

impl Reader {
    fn words(self) -> &'static str {
        match self {
            Reader::Everybody => "everybody",
            Reader::Owner => "whose it is",
            Reader::Enrolled => "who has a place in the course",
            Reader::Instructor => "who teaches the course",
            Reader::Staff => "staff",
        }
    }
}

/// The types whose fields pages and answers show, by file, and to whom. What only holds others, and forms, is not among them.
pub const SHAPES: [(&str, &str, &[Reader]); 37] = [
    ("AccountRow", "src/theme/admin_views.rs", &[Reader::Staff]),
    ("AdminCourse", "src/theme/admin_views.rs", &[Reader::Staff]),
    ("EventView", "src/theme/admin_views.rs", &[Reader::Staff]),
    ("CountsView", "src/theme/teaching_views.rs", &[Reader::Instructor, Reader::Staff]),
    ("PersonView", "src/theme/teaching_views.rs", &[Reader::Instructor, Reader::Staff]),
    ("LearnerView", "src/theme/teaching_views.rs", &[Reader::Instructor, Reader::Staff]),
    ("InvitationRow", "src/theme/teaching_views.rs", &[Reader::Instructor, Reader::Staff]),
    ("MyAccountView", "src/theme/account_views.rs", &[Reader::Owner]),
    ("SessionView", "src/theme/account_views.rs", &[Reader::Owner]),
    ("TokenView", "src/theme/account_views.rs", &[Reader::Owner]),
    ("DigestView", "src/theme/account_views.rs", &[Reader::Owner]),
    ("NewView", "src/theme/server_views.rs", &[Reader::Owner]),
    ("MessageView", "src/theme/room_views.rs", &[Reader::Enrolled]),
    ("ModeratedView", "src/theme/room_views.rs", &[Reader::Instructor, Reader::Staff]),
    ("ReportView", "src/theme/room_views.rs", &[Reader::Instructor, Reader::Staff]),
    ("MuteView", "src/theme/room_views.rs", &[Reader::Instructor, Reader::Staff]),
    ("SubjectJson", "src/server/api/wire.rs", &[Reader::Everybody]),
    ("CourseJson", "src/course/json.rs", &[Reader::Everybody]),
    ("ModuleJson", "src/course/json.rs", &[Reader::Everybody]),
    ("FullModuleJson", "src/course/json.rs", &[Reader::Enrolled]),
    ("ContentJson", "src/course/json.rs", &[Reader::Enrolled]),
    ("EnrolledJson", "src/server/api/wire.rs", &[Reader::Owner]),
    ("UserJson", "src/server/api/wire.rs", &[Reader::Owner]),
    ("GrantedJson", "src/server/api/wire.rs", &[Reader::Owner]),
    ("ConfirmingJson", "src/server/api/wire.rs", &[Reader::Owner]),
    ("MeJson", "src/server/api/people_wire.rs", &[Reader::Owner]),
    ("TotalProgressJson", "src/server/api/people_wire.rs", &[Reader::Owner]),
    ("ProgressJson", "src/server/api/people_wire.rs", &[Reader::Owner]),
    ("MyCourseJson", "src/server/api/people_wire.rs", &[Reader::Owner]),
    ("PersonJson", "src/server/api/people_wire.rs", &[Reader::Instructor, Reader::Staff]),
    ("ReachablePersonJson", "src/server/api/people_wire.rs", &[Reader::Staff]),
    ("InvitationJson", "src/server/api/people_wire.rs", &[Reader::Instructor, Reader::Staff]),
    ("InvitedJson", "src/server/api/people_wire.rs", &[Reader::Instructor, Reader::Staff]),
    ("RefusedJson", "src/server/api/people_wire.rs", &[Reader::Instructor, Reader::Staff]),
    ("AccountLineJson", "src/server/api/people_wire.rs", &[Reader::Staff]),
    ("EnrollmentLineJson", "src/server/api/people_wire.rs", &[Reader::Staff]),
    ("EventLineJson", "src/server/api/people_wire.rs", &[Reader::Staff]),
];

/// A field, or some that are alike.
#[derive(Debug, Clone, Copy)]
pub struct FieldRule {
    /// Of what.
    pub of: &'static str,
    /// Which.
    pub field: &'static str,
    /// Who changes it.
    pub changed_by: &'static str,
    /// Where it is shown: `Type.field` of [`SHAPES`].
    pub shown_as: &'static [&'static str],
}

const fn rule(
    of: &'static str,
    field: &'static str,
    changed_by: &'static str,
    shown_as: &'static [&'static str],
) -> FieldRule {
    FieldRule { of, field, changed_by, shown_as }
}

const NOBODY: &str = "–";
const AUTHORS: &str = "authors, in `content/`";
const OPERATOR: &str = "operator";

/// Who changes what, and where it is shown.
pub const FIELDS: &[FieldRule] = &[
    rule(
        "person",
        "number",
        NOBODY,
        &[
            "AccountRow.id",
            "PersonView.id",
            "LearnerView.person",
            "MuteView.account",
            "UserJson.id",
            "MeJson.id",
            "PersonJson.id",
            "ReachablePersonJson.id",
            "AccountLineJson.id",
            "EnrollmentLineJson.account",
        ],
    ),
    rule("person", "when it was made", NOBODY, &["AccountRow.created", "AccountLineJson.created"]),
    rule(
        "person",
        "user name",
        "who registers, once",
        &[
            "AccountRow.username",
            "PersonView.username",
            "MyAccountView.username",
            "MessageView.username",
            "ModeratedView.username",
            "ReportView.username",
            "MuteView.username",
            "EventView.account",
            "EventView.by",
            "UserJson.username",
            "GrantedJson.user",
            "ConfirmingJson.user",
            "MeJson.username",
            "PersonJson.username",
            "ReachablePersonJson.username",
            "AccountLineJson.username",
            "EnrollmentLineJson.username",
        ],
    ),
    rule(
        "person",
        "mail address, whether it is confirmed",
        "whose it is, by password and a letter's link",
        &[
            "AccountRow.email",
            "AccountRow.confirmed",
            "MyAccountView.email",
            "MyAccountView.email_confirmed",
            "DigestView.email",
            "UserJson.email",
            "ConfirmingJson.detail",
            "MeJson.email",
            "ReachablePersonJson.email",
            "AccountLineJson.email",
            "AccountLineJson.email_confirmed",
        ],
    ),
    rule(
        "person",
        "whether they want mail about mentions",
        "whose it is",
        &["DigestView.possible", "DigestView.on", "DigestView.changed"],
    ),
    rule("person", "role", OPERATOR, &["AccountRow.role", "MeJson.role", "AccountLineJson.role"]),
    rule("person", "state: active, unconfirmed, disabled", OPERATOR, &["AccountRow.state", "AccountLineJson.state"]),
    rule("person", "password (a hash of it)", "whose it is, by the old one or a letter's link; operator", &[]),
    rule("session", "token (a hash of it)", NOBODY, &[]),
    rule(
        "session",
        "browser, system, address of the network, times",
        "ended by whose it is, and by the operator",
        &[
            "SessionView.id",
            "SessionView.current",
            "SessionView.browser",
            "SessionView.system",
            "SessionView.address",
            "SessionView.since",
            "SessionView.seen",
        ],
    ),
    rule("token", "token, refresh token (a hash of each)", NOBODY, &[]),
    rule(
        "token",
        "the same, in the answer that makes them",
        "made by whose it is, by password or refresh token",
        &["GrantedJson.token", "GrantedJson.refresh"],
    ),
    rule(
        "token",
        "name, times",
        "named once by whose it is; ended by them, and by the operator",
        &[
            "TokenView.id",
            "TokenView.name",
            "TokenView.created",
            "TokenView.used",
            "TokenView.expires",
            "TokenView.renews",
            "GrantedJson.expiry",
        ],
    ),
    rule(
        "seat",
        "state, since when",
        "whose it is asks and leaves; who teaches the course and staff answer and remove",
        &[
            "PersonView.state",
            "PersonView.since",
            "EnrolledJson.enrolled",
            "EnrolledJson.state",
            "MeJson.courses",
            "MyCourseJson.state",
            "MyCourseJson.since",
            "MyCourseJson.contents",
            "MyCourseJson.begins",
            "PersonJson.state",
            "PersonJson.since",
            "ReachablePersonJson.state",
            "ReachablePersonJson.since",
            "EnrollmentLineJson.course",
            "EnrollmentLineJson.state",
            "EnrollmentLineJson.since",
        ],
    ),
    rule(
        "seat",
        "how many there are",
        NOBODY,
        &["CountsView.enrolled", "CountsView.waiting", "CountsView.requested", "AdminCourse.counts"],
    ),
    rule(
        "progress",
        "which modules are done",
        "whose it is",
        &[
            "LearnerView.done",
            "MeJson.progress",
            "TotalProgressJson.done",
            "TotalProgressJson.modules",
            "ProgressJson.done",
            "ProgressJson.modules",
            "ProgressJson.finished",
            "MyCourseJson.progress",
            "PersonJson.modules_done",
            "ReachablePersonJson.modules_done",
        ],
    ),
    rule(
        "invitation",
        "to whom, times",
        "who teaches the course and staff make and revoke it",
        &[
            "InvitationRow.key",
            "InvitationRow.email",
            "InvitationRow.created",
            "InvitationRow.expires",
            "InvitationJson.id",
            "InvitationJson.email",
            "InvitationJson.created",
            "InvitationJson.expires",
            "InvitedJson.invited",
            "InvitedJson.refused",
            "RefusedJson.line",
            "RefusedJson.text",
            "RefusedJson.reason",
        ],
    ),
    rule("subject", "number, title, slug", AUTHORS, &["SubjectJson.id", "SubjectJson.title", "SubjectJson.slug"]),
    rule(
        "course",
        "number, subject, title, slug, overview, time, who teaches it",
        AUTHORS,
        &[
            "CourseJson.id",
            "CourseJson.subject",
            "CourseJson.title",
            "CourseJson.slug",
            "CourseJson.overview",
            "CourseJson.created",
            "CourseJson.owner",
            "CourseJson.modules",
            "MyCourseJson.id",
            "MyCourseJson.title",
            "MyCourseJson.slug",
            "MyCourseJson.course",
            "AdminCourse.id",
            "AdminCourse.course",
            "AdminCourse.instructor",
            "EventView.course",
        ],
    ),
    rule("course", "who may enroll", AUTHORS, &["AdminCourse.policy", "CountsView.capacity"]),
    rule(
        "course",
        "order, title, description of a module",
        AUTHORS,
        &[
            "ModuleJson.order",
            "ModuleJson.title",
            "ModuleJson.description",
            "FullModuleJson.order",
            "FullModuleJson.title",
            "FullModuleJson.description",
        ],
    ),
    rule(
        "course",
        "contents (over the API)",
        AUTHORS,
        &["FullModuleJson.contents", "ContentJson.order", "ContentJson.item"],
    ),
    rule(
        "message",
        "number, text, time",
        "who writes it, once; taken away by them, by who teaches the course, and by staff",
        &[
            "MessageView.id",
            "MessageView.mine",
            "MessageView.text_html",
            "MessageView.at",
            "ModeratedView.id",
            "ModeratedView.text_html",
            "ModeratedView.at",
        ],
    ),
    rule("message", "who took it away", NOBODY, &["ModeratedView.removed_by"]),
    rule(
        "report",
        "reason, time",
        "who reads the message and reports it, once; answered by who teaches the course and staff",
        &["ReportView.reason", "ReportView.at"],
    ),
    rule("mute", "until when", "who teaches the course and staff", &["MuteView.until"]),
    rule(
        "read mark",
        "how many messages are new, which one mentions its reader",
        "whose it is, by reading",
        &["NewView.unread", "NewView.more", "NewView.mention"],
    ),
    rule(
        "event",
        "number, what happened, address of the network, time",
        NOBODY,
        &[
            "EventView.id",
            "EventView.kind",
            "EventView.address",
            "EventView.at",
            "EventLineJson.id",
            "EventLineJson.kind",
            "EventLineJson.address",
            "EventLineJson.at",
            "EventLineJson.account",
            "EventLineJson.course",
            "EventLineJson.by",
        ],
    ),
];

impl FieldRule {
    /// Who reads it: who is shown a shape that it stands in. For everybody is for all.
    pub fn readers(&self) -> Vec<Reader> {
        let shape = |shown: &str| SHAPES.iter().find(|(name, ..)| shown.split('.').next() == Some(name));
        let shapes = self.shown_as.iter().filter_map(|shown| shape(shown));
        let mut readers: Vec<Reader> = shapes.flat_map(|(_, _, readers)| readers.iter().copied()).collect();
        readers.sort_unstable();
        readers.dedup();
        if readers.first() == Some(&Reader::Everybody) {
            readers.truncate(1);
        }
        readers
    }
}

/// The table as docs/permissions.md shows it.
pub fn fields_as_markdown() -> String {
    let mut text = PREFACE.to_owned();
    for rule in FIELDS {
        let readers: Vec<_> = rule.readers().into_iter().map(Reader::words).collect();
        let readers = if readers.is_empty() { NOBODY.to_owned() } else { readers.join(", ") };
        let _ = writeln!(text, "| {} | {} | {readers} | {} |", rule.of, rule.field, rule.changed_by);
    }
    text + AFTERWORD
}

const PREFACE: &str = "\n## Who reads and changes which field\n\n\
    Made from `src/school/field_permissions.rs`; a test holds it against the types of pages and of the API.\n\n\
    | of | field | read by | changed by |\n|---|---|---|---|\n";

const AFTERWORD: &str = "\n\
    Who may enroll, and how many wait, a course's overview tells everybody in words. Its pages are read by whom the first \
    table and the words below it name. The operator, whoever may read the store's folder, reads and changes \
    everything on the command line (`educa user`, `educa dump`), but no password and no token: there are only hashes of them.\n";
