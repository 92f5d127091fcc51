//! All operations of the API, in the order in which people meet them.

use super::handlers::SCHEMA;
use super::operation::{Answer, Field, Kind, Operation, Parameter, Shape};
use crate::server::api::auth::{LOGIN, LOGOUT, LOGOUT_ALL, NAME, REFRESH, REFRESH_TOKEN, REGISTER, USER};
use crate::server::api::body::{MAX_LIST, SECRET, TEXT};
use crate::server::api::export::{ACCOUNTS, ENROLLMENTS, EVENTS};
use crate::server::api::handlers::{CONTENTS, COURSE, COURSES, ENROLL, INDEX, SUBJECT, SUBJECTS};
use crate::server::api::invitations::{EMAILS, INVITATION, INVITATIONS};
use crate::server::api::lists;
use crate::server::api::me::{ME, MY_COURSES};
use crate::server::api::people::{APPROVE, MAX_PAGE_SIZE, MAX_SEARCH, PEOPLE, PERSON};
use crate::server::api::progress::DONE;

/// What every list may be asked.
macro_rules! list_parameters {
    ($($own:expr),*) => {
        &[
            $($own,)*
            Parameter { name: "search", description: "Only what has all of these words in its texts.", kind: Kind::Short(lists::MAX_SEARCH) },
            Parameter { name: "ordering", description: "Fields to order by, parted by commas, `-` before those that go down.", kind: Kind::Text },
            Parameter { name: "page", description: "The number of a page, or `last`.", kind: Kind::Text },
            Parameter { name: "page_size", description: "How many a page has, 100 at most; 10 unless it is said.", kind: Kind::Text },
            Parameter { name: "limit", description: "How many to give, 100 at most.", kind: Kind::Text },
            Parameter { name: "offset", description: "How many to pass over.", kind: Kind::Text },
            Parameter { name: "cursor", description: "A place in the list, from `next` or `previous`; empty to begin.", kind: Kind::Text },
        ]
    };
}

const LIST: &[Parameter] = list_parameters!();
const COURSE_LIST: &[Parameter] = list_parameters!(
    Parameter { name: "subject", description: "Only courses of the subject with this id.", kind: Kind::Subject },
    Parameter { name: "owner", description: "Only courses of the instructor with this id.", kind: Kind::Owner }
);

const PEOPLE_LIST: &[Parameter] = &[
    Parameter { name: "state", description: "Only those who have this.", kind: Kind::SeatState },
    Parameter { name: "search", description: "Only whose user name has this in it.", kind: Kind::Short(MAX_SEARCH) },
    Parameter {
        name: "after",
        description: "Only those after the account with this id.",
        kind: Kind::Number(0, u64::MAX),
    },
    Parameter {
        name: "limit",
        description: "How many to give; 50 unless it is said.",
        kind: Kind::Number(1, MAX_PAGE_SIZE as u64),
    },
];

/// All of them.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("/api/", "index", INDEX)
        .says("What there is", "Where the lists are.")
        .gives(&[Answer::ok("Addresses of the lists.", Shape::Object("Index"))]),
    Operation::get("/api/subjects/", "list_subjects", SUBJECTS)
        .says("All subjects", "Ordered by title. Without parameters all of them, as a bare array.")
        .asks(LIST)
        .gives(&[Answer::ok("Subjects.", Shape::List("Subject"))])
        .fails(&[404]),
    Operation::get("/api/subjects/{id}/", "get_subject", SUBJECT)
        .says("One subject", "")
        .gives(&[Answer::ok("The subject.", Shape::Object("Subject"))])
        .fails(&[404]),
    Operation::get("/api/courses/", "list_courses", COURSES)
        .says("All courses", "The newest first. Without parameters all of them, as a bare array.")
        .asks(COURSE_LIST)
        .gives(&[Answer::ok("Courses.", Shape::List("Course"))])
        .fails(&[404]),
    Operation::get("/api/courses/{id}/", "get_course", COURSE)
        .says("One course", "")
        .gives(&[Answer::ok("The course.", Shape::Object("Course"))])
        .fails(&[404]),
    Operation::post("/api/courses/{id}/enroll/", "enroll", ENROLL)
        .says("Enroll in a course", "Twice is once. A body is not read.")
        .gives(&[
            Answer::ok("There is a place, and it is theirs.", Shape::Object("Enrolled")),
            Answer::with(202, "They wait for a place, or for an answer.", Shape::Object("Enrolled")),
        ])
        .fails(&[404]),
    Operation::get("/api/courses/{id}/contents/", "get_contents", CONTENTS)
        .says("A course with its contents", "For those who are enrolled.")
        .gives(&[Answer::ok("The course; each module has its contents as HTML.", Shape::Object("FullCourse"))])
        .fails(&[404]),
    Operation::delete("/api/courses/{id}/enroll/", "leave", ENROLL)
        .says("Leave a course", "Or give up waiting, or take a request back.")
        .gives(&[Answer::with(204, "They have nothing there any more.", Shape::Nothing)])
        .fails(&[404]),
    Operation::put("/api/courses/{id}/modules/{order}/done/", "finish_module", DONE)
        .says("Say that a module is done", "Twice is once, and the first time counts. A body is not read.")
        .gives(&[Answer::ok("How far they are.", Shape::Object("Progress"))])
        .fails(&[404]),
    Operation::delete("/api/courses/{id}/modules/{order}/done/", "reopen_module", DONE)
        .says("Say that a module is not done after all", "")
        .gives(&[Answer::ok("How far they are.", Shape::Object("Progress"))])
        .fails(&[404]),
    Operation::get("/api/me/", "get_me", ME)
        .says("Who one is here", "And how much one has done of the courses that one can read.")
        .gives(&[Answer::ok("The account and its role.", Shape::Object("Me"))]),
    Operation::get("/api/me/courses/", "list_my_courses", MY_COURSES)
        .says("The courses one has something in", "The newest first. Without parameters all of them, as a bare array.")
        .asks(LIST)
        .gives(&[Answer::ok("Courses.", Shape::List("MyCourse"))])
        .fails(&[404]),
    Operation::get("/api/courses/{id}/people/", "list_people", PEOPLE)
        .says(
            "The people of a course",
            "For who teaches it, and for the staff, who also see mail addresses. As a table with `Accept: text/csv`.",
        )
        .asks(PEOPLE_LIST)
        .gives(&[Answer::ok("People, and where the next page is.", Shape::OrTable("People"))])
        .fails(&[404]),
    Operation::delete("/api/courses/{id}/people/{account}/", "remove_person", PERSON)
        .says("Take a place away", "Or refuse a request. Who waits longest gets the place.")
        .gives(&[Answer::with(204, "They have nothing there any more.", Shape::Nothing)])
        .fails(&[404]),
    Operation::post("/api/courses/{id}/people/{account}/approve/", "approve_person", APPROVE)
        .says("Give a place to somebody who asked", "")
        .gives(&[
            Answer::ok("There is a place, and it is theirs.", Shape::Object("Enrolled")),
            Answer::with(202, "They wait for a place.", Shape::Object("Enrolled")),
        ])
        .fails(&[404]),
    Operation::get("/api/courses/{id}/invitations/", "list_invitations", INVITATIONS)
        .says("Invitations that can still be used", "The oldest first.")
        .gives(&[Answer::ok("Invitations.", Shape::Array("Invitation"))])
        .fails(&[404]),
    Operation::post("/api/courses/{id}/invitations/", "invite", INVITATIONS)
        .says("Invite people by mail", "Also with a text or a table that has an address a line.")
        .takes(&[Field::list(EMAILS, TEXT, MAX_LIST)])
        .gives(&[
            Answer::ok("None of the addresses was new.", Shape::Object("Invited")),
            Answer::with(201, "Letters are on their way.", Shape::Object("Invited")),
        ])
        .fails(&[404]),
    Operation::delete("/api/courses/{id}/invitations/{token}/", "revoke_invitation", INVITATION)
        .says("Revoke an invitation", "")
        .gives(&[Answer::with(204, "It is worth nothing from now on.", Shape::Nothing)])
        .fails(&[404]),
    Operation::get("/api/export/accounts/", "export_accounts", ACCOUNTS)
        .says("All accounts, for the staff", "One JSON object a line.")
        .gives(&[Answer::ok("Accounts, by id.", Shape::Lines("AccountLine"))]),
    Operation::get("/api/export/enrollments/", "export_enrollments", ENROLLMENTS)
        .says("All enrollments, for the staff", "One JSON object a line.")
        .gives(&[Answer::ok("Enrollments, by account.", Shape::Lines("EnrollmentLine"))]),
    Operation::get("/api/export/events/", "export_events", EVENTS)
        .says("All events, for the staff", "One JSON object a line.")
        .gives(&[Answer::ok("Events, the newest first.", Shape::Lines("EventLine"))]),
    Operation::get("/api/schema/", "get_schema", SCHEMA)
        .says("This document", "JSON, or YAML if `Accept` or `?format=yaml` asks for it.")
        .gives(&[Answer::ok("The document.", Shape::Document)]),
    Operation::post("/api/auth/login/", "login", LOGIN)
        .says("Sign in", "Gives a token for `Authorization: Token …`, and what the next one is had for.")
        .takes(&[Field::required("username", TEXT), Field::required("password", SECRET)])
        .gives(&[Answer::ok("A token.", Shape::Object("Granted"))]),
    Operation::post("/api/auth/register/", "register", REGISTER)
        .says("Make an account", "By the rules of the registration page.")
        .takes(&[
            Field::required("username", NAME),
            Field::optional("email", NAME),
            Field::required("password", SECRET),
        ])
        .gives(&[Answer::with(
            201,
            "The account, and a token unless its address must be confirmed first.",
            Shape::Object("Registered"),
        )]),
    Operation::post("/api/auth/token/refresh/", "refresh_token", REFRESH)
        .says("The next token", "Ends the one before. Who uses a refresh token twice loses all that came of it.")
        .takes(&[Field::required("refresh", REFRESH_TOKEN)])
        .gives(&[Answer::ok("A token.", Shape::Object("Granted"))]),
    Operation::get("/api/auth/user/", "get_user", USER)
        .says("Who one is", "")
        .gives(&[Answer::ok("The account.", Shape::Object("User"))]),
    Operation::post("/api/auth/logout/", "logout", LOGOUT)
        .says("End the token that this is asked with", "")
        .gives(&[Answer::with(204, "It is ended.", Shape::Nothing)]),
    Operation::post("/api/auth/logoutall/", "logout_all", LOGOUT_ALL)
        .says("End all tokens of the account", "Sessions in browsers go on.")
        .gives(&[Answer::with(204, "They are ended.", Shape::Nothing)]),
];
