//! Views of the server's own pages: signing in, enrolling, my courses, and what to say when the answer is no.
//!
//! They are drawn per request and never cached, so they may know who is asking.

use serde::Serialize;

use super::api_views::{ApiListView, ApiParameterView};
use super::list_views::CourseLink;
use super::progress_views::ProgressView;
use super::view::{LinkView, PageView, View, view};

/// A form field that was sent and did not pass.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FieldView {
    /// What was sent, to be shown again; always empty for a password.
    pub value: String,
    /// What is wrong with it, as sentences.
    pub errors: Vec<String>,
}

/// `/accounts/login/`.
#[derive(Debug, Serialize)]
pub struct LoginView {
    /// The head.
    pub page: PageView,
    /// What the school says of the whole form, such as "Please enter a correct username and password.".
    pub errors: Vec<String>,
    /// The user name.
    pub username: FieldView,
    /// The password.
    pub password: FieldView,
    /// Where to go afterwards; empty for the default.
    pub next: String,
    /// The address of the registration form, `next` kept.
    pub register: String,
}
view!(LoginView, "login.html");

/// `/students/register/`.
#[derive(Debug, Serialize)]
pub struct RegisterView {
    /// The head.
    pub page: PageView,
    /// The user name.
    pub username: FieldView,
    /// The mail address.
    pub email: FieldView,
    /// Whether an address must be given.
    pub email_required: bool,
    /// The password.
    pub password1: FieldView,
    /// The password again.
    pub password2: FieldView,
    /// Where to go afterwards; empty for the default.
    pub next: String,
    /// The address of the sign-in form, `next` kept.
    pub login: String,
}
view!(RegisterView, "register.html");

/// `/accounts/logout/`: asks before it signs out, or says that it did.
#[derive(Debug, Serialize)]
pub struct LogoutView {
    /// The head.
    pub page: PageView,
    /// Whether nobody is signed in (any more).
    pub signed_out: bool,
    /// Who is signed in; empty if nobody.
    pub username: String,
}
view!(LogoutView, "logout.html");

/// `/students/courses/`.
#[derive(Debug, Serialize)]
pub struct MyCoursesView {
    /// The head.
    pub page: PageView,
    /// Who is asking.
    pub username: String,
    /// Whether they may see the courses they teach.
    pub teaches: bool,
    /// Whether they may see what the staff sees.
    pub administers: bool,
    /// The newest seat first.
    pub courses: Vec<MyCourse>,
}
view!(MyCoursesView, "my_courses.html");

/// A course somebody has a place in, waits for, or asked for.
#[derive(Debug, Serialize)]
pub struct MyCourse {
    /// `enrolled`, `waiting` or `requested`.
    pub state: &'static str,
    /// When the course begins, RFC 3339, if that is still to come.
    pub begins: Option<String>,
    /// Its key.
    pub id: u32,
    /// Its title.
    pub title: String,
    /// Its overview page.
    pub address: String,
    /// Its contents: `/students/course/<id>/`.
    pub contents: String,
    /// Its chat room.
    pub chat: String,
    /// What is new in it.
    pub new: NewView,
    /// Its language.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// How many modules it has.
    pub n_modules: usize,
    /// How far they are, if they can read it.
    pub progress: Option<ProgressView>,
    /// Since when it is so, RFC 3339.
    pub since: String,
}

/// What somebody has not read in a room.
#[derive(Debug, Serialize)]
pub struct NewView {
    /// How many messages, as far as they were counted.
    pub unread: usize,
    /// Whether there are more.
    pub more: bool,
    /// The first message that mentions the reader.
    pub mention: Option<String>,
}

/// `/students/enroll-course/?course=<id>`: what this visitor can do about one course.
#[derive(Debug, Serialize)]
pub struct EnrollView {
    /// The head.
    pub page: PageView,
    /// The course.
    pub course: LinkView,
    /// What can be done.
    pub enrollment: EnrollmentView,
}
view!(EnrollView, "enroll.html");

/// What a visitor can do about a course. Rows C8 and C9.
#[derive(Debug, Serialize)]
pub struct EnrollmentView {
    /// What they have: `enrolled`, `not_begun` (enrolled, and the course begins `at`), `waiting`, `requested`; or what they
    /// can do: `open` (enroll), `full` (wait), `ask`; or why they cannot: `closed`, `not_yet` (opens `at`), `over` (since
    /// `at`), `invitation` (they need one), `requires` (places in other courses).
    pub state: &'static str,
    /// Whether they are signed in; else `state` is what they could do if they were.
    pub signed_in: bool,
    /// How many wait for a place.
    pub waiting: u64,
    /// The date that belongs to the state, RFC 3339.
    pub at: Option<String>,
    /// The courses that are missing.
    pub requires: Vec<CourseLink>,
    /// The course's key.
    pub id: u32,
    /// Where its contents are, for the enrolled.
    pub contents: String,
    /// Where to register, for the anonymous; comes back here.
    pub register: String,
    /// Where to sign in, for the anonymous; comes back here.
    pub login: String,
}

/// `/accounts/bar/`: the piece of HTML that a script puts into static pages. It is no whole page.
#[derive(Debug, Serialize)]
pub struct AccountBarView {
    /// The head; only its language matters here.
    pub page: PageView,
    /// Who is signed in; empty if nobody.
    pub username: String,
    /// Where to sign in; comes back here.
    pub login: String,
    /// Where to register; comes back here.
    pub register: String,
    /// What can be done about the course that the page is about, if it is about one.
    pub enrollment: Option<EnrollmentView>,
}
view!(AccountBarView, "account_bar.html");

/// The answer to somebody who asks for pages of a course they have not joined.
#[derive(Debug, Serialize)]
pub struct ForbiddenView {
    /// The head.
    pub page: PageView,
    /// The course, if there is one by that name.
    pub course: Option<LinkView>,
    /// The way in.
    pub enrollment: Option<EnrollmentView>,
}
view!(ForbiddenView, "forbidden.html");

/// The answer to somebody who has a place in a course that has not begun.
#[derive(Debug, Serialize)]
pub struct NotBegunView {
    /// The head.
    pub page: PageView,
    /// The course.
    pub course: LinkView,
    /// When it begins, RFC 3339.
    pub begins: String,
}
view!(NotBegunView, "not_begun.html");

/// Any other answer that is no page: 400, 404, 405, 413, 429, 503 ….
#[derive(Debug, Serialize)]
pub struct ErrorView {
    /// The head; its title says what happened.
    pub page: PageView,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it, in one or two sentences.
    pub detail: String,
}
view!(ErrorView, "error.html");

/// An answer of the REST API as a page, for people who look around. Row R11.
#[derive(Debug, Serialize)]
pub struct ApiView {
    /// The head; its title is the address's name.
    pub page: PageView,
    /// The addresses above this one, and this one.
    pub trail: Vec<LinkView>,
    /// Who is signed in; empty if nobody is.
    pub username: String,
    /// Where one signs in, to come back here.
    pub login: String,
    /// Where one registers, to come back here.
    pub register: String,
    /// Whether more could be done here by somebody who is signed in.
    pub sign_in_for_more: bool,
    /// How it was asked.
    pub method: String,
    /// What was asked for.
    pub path: String,
    /// Such as "200 OK".
    pub status: String,
    /// The headers of the same answer in JSON.
    pub headers: Vec<HeaderView>,
    /// The answer, indented.
    pub body: Vec<JsonPart>,
    /// The same answer in JSON.
    pub json: String,
    /// Whether it can be asked for with GET.
    pub can_get: bool,
    /// Whether something can be sent there with POST.
    pub can_post: bool,
    /// What else can be done with the thing.
    pub actions: Vec<ApiActionView>,
    /// What can be asked of it, if it is a list.
    pub list: Option<ApiListView>,
}
view!(ApiView, "api.html");

/// A header of an answer.
#[derive(Debug, Serialize)]
pub struct HeaderView {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A stretch of JSON.
#[derive(Debug, Serialize)]
pub struct JsonPart {
    /// The text.
    pub text: String,
    /// Where it leads, if it is a URL.
    pub href: Option<String>,
}

/// Something that can be done with a thing of the API.
#[derive(Debug, Serialize)]
pub struct ApiActionView {
    /// What.
    pub title: String,
    /// Where.
    pub address: String,
    /// Whether it is done with POST.
    pub post: bool,
    /// Whether it ends something.
    pub ends: bool,
    /// What is sent along.
    pub fields: Vec<ApiParameterView>,
}
