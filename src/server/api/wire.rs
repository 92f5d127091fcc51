//! What the API puts on the wire: the order of the fields is part of the contract.

use serde::Serialize;
use utoipa::ToSchema;

use crate::course::{Course, CourseContents, Module, Subject};
use crate::school::{Account, Granted};

/// `GET /api/`
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Index)]
pub struct IndexJson {
    subjects: String,
    courses: String,
}

impl IndexJson {
    /// Absolute URLs below `base`, such as `http://127.0.0.1:8000`.
    pub fn new(base: &str) -> Self {
        Self { subjects: format!("{base}/api/subjects/"), courses: format!("{base}/api/courses/") }
    }
}

/// A subject.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subject)]
pub struct SubjectJson<'a> {
    id: u32,
    title: &'a str,
    slug: &'a str,
}

impl<'a> SubjectJson<'a> {
    /// One subject.
    pub fn new(subject: &'a Subject) -> Self {
        Self { id: subject.id.get(), title: &subject.title, slug: subject.slug.as_str() }
    }
}

/// A course with its modules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Course)]
pub struct CourseJson<'a, M> {
    id: u32,
    subject: u32,
    title: &'a str,
    slug: &'a str,
    overview: &'a str,
    #[schema(format = DateTime)]
    created: String,
    owner: u32,
    modules: Vec<M>,
}

/// A module in lists of courses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Module)]
pub struct ModuleJson<'a> {
    order: u32,
    title: &'a str,
    description: &'a str,
}

/// A module with its contents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FullModule)]
pub struct FullModuleJson<'a> {
    order: u32,
    title: &'a str,
    description: &'a str,
    contents: Vec<ContentJson<'a>>,
}

/// A content: its place and its HTML.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Content)]
pub struct ContentJson<'a> {
    order: u32,
    item: &'a str,
}

impl<'a> CourseJson<'a, ModuleJson<'a>> {
    /// One course as lists show it.
    pub fn new(course: &'a Course) -> Self {
        let module = |module: &'a Module| ModuleJson {
            order: module.order,
            title: &module.title,
            description: &module.description,
        };
        Self::with(course, course.modules.iter().map(module).collect())
    }
}

impl<'a> CourseJson<'a, FullModuleJson<'a>> {
    /// One course with its contents.
    pub fn full(course: &'a Course, contents: &'a CourseContents) -> Self {
        let module = |(module, contents): (&'a Module, &'a crate::course::ModuleContents)| FullModuleJson {
            order: module.order,
            title: &module.title,
            description: &module.description,
            contents: contents.contents.iter().map(|one| ContentJson { order: one.order, item: &one.item }).collect(),
        };
        Self::with(course, course.modules.iter().zip(&contents.modules).map(module).collect())
    }
}

impl<'a, M> CourseJson<'a, M> {
    fn with(course: &'a Course, modules: Vec<M>) -> Self {
        Self {
            id: course.id.get(),
            subject: course.subject.get(),
            title: &course.title,
            slug: course.slug.as_str(),
            overview: &course.overview,
            created: time(course.created),
            owner: course.owner.get(),
            modules,
        }
    }
}

/// `POST /api/courses/<id>/enroll/`
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Enrolled)]
pub struct EnrolledJson {
    /// Whether there is a place for them.
    pub enrolled: bool,
    /// What they have instead: `waiting` or `requested`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
}

/// Whom a token is for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserJson<'a> {
    id: u64,
    username: &'a str,
    email: &'a str,
}

impl<'a> UserJson<'a> {
    /// Somebody; without a mail address it is empty, as in the reference.
    pub fn new(account: &'a Account) -> Self {
        let email = account.email.as_ref().map_or("", |email| email.as_str());
        Self { id: account.id.0, username: account.username.as_str(), email }
    }
}

/// `POST /api/auth/login/`: a token, when it ends, and what the next one is had for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Granted)]
pub struct GrantedJson<'a> {
    user: UserJson<'a>,
    token: String,
    #[schema(format = DateTime)]
    expiry: String,
    refresh: String,
}

impl<'a> GrantedJson<'a> {
    /// What a program was given.
    pub fn new(granted: &'a Granted) -> Self {
        Self {
            user: UserJson::new(&granted.account),
            token: granted.token.to_text(),
            expiry: time(granted.expires),
            refresh: granted.refresh.to_text(),
        }
    }
}

/// `POST /api/auth/register/` where a mail address must be confirmed first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Confirming)]
pub struct ConfirmingJson<'a> {
    /// Who registered.
    pub user: UserJson<'a>,
    /// What to do next.
    pub detail: &'static str,
}

/// `OPTIONS` of any address.
#[derive(Debug, Serialize)]
pub struct MetadataJson {
    /// What the address is called.
    pub name: &'static str,
    /// What it is about; empty as in the reference.
    pub description: &'static str,
    /// The forms of its answers.
    pub renders: Vec<&'static str>,
    /// The forms of bodies it takes.
    pub parses: [&'static str; 3],
}

/// Microseconds, or none at all if they are zero: `2020-02-05T12:00:00.123456Z`.
pub fn time(time: jiff::Timestamp) -> String {
    if time.subsec_nanosecond() / 1_000 == 0 { format!("{time:.0}") } else { format!("{time:.6}") }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_have_six_digits_or_none() {
        let shown = |text: &str| time(text.parse().expect("a time"));
        assert_eq!(shown("2020-02-05T12:00:00.123456Z"), "2020-02-05T12:00:00.123456Z");
        assert_eq!(shown("2020-02-05T12:00:00.5Z"), "2020-02-05T12:00:00.500000Z");
        assert_eq!(shown("2020-02-05T13:00:00+01:00"), "2020-02-05T12:00:00Z");
    }
}
