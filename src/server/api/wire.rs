//! What the API puts on the wire: the order of the fields is part of the contract.

use serde::Serialize;
use utoipa::ToSchema;

use super::base::Base;
use crate::course::Subject;
use crate::course::json::time;
use crate::school::{Account, Granted};

/// `GET /api/`
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Index)]
pub struct IndexJson {
    subjects: String,
    courses: String,
}

impl IndexJson {
    /// Absolute URLs below `base`.
    pub fn new(base: &Base) -> Self {
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
        Self { id: account.id.0, username: account.username.as_str(), email: account.email_or_empty() }
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
