//! The page that tells what the API can do.

use serde::Serialize;

use super::view::{PageView, View, view};

/// What the API can do, for people who write programs.
#[derive(Debug, Serialize)]
pub struct DocsView {
    /// The head.
    pub page: PageView,
    /// The operations, by what they are about.
    pub groups: Vec<GroupView>,
}
view!(DocsView, "api_docs.html");

/// Operations about one thing.
#[derive(Debug, Serialize)]
pub struct GroupView {
    /// Such as `courses`.
    pub name: &'static str,
    /// In order.
    pub operations: Vec<OperationView>,
}

/// Something that can be done.
#[derive(Debug, Serialize)]
pub struct OperationView {
    /// Its name in clients, and its place on the page.
    pub id: &'static str,
    /// `GET`
    pub method: String,
    /// `/api/courses/{id}/`
    pub path: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What else there is to know.
    pub description: Vec<WordsPart>,
    /// Whether one must show who one is.
    pub needs_credentials: bool,
    /// Whether the path is an address as it stands.
    pub can_follow: bool,
    /// What may stand behind `?`.
    pub parameters: Vec<ParameterView>,
    /// What is sent.
    pub fields: Vec<ParameterView>,
    /// What comes back.
    pub answers: Vec<AnswerView>,
}

/// A stretch of words.
#[derive(Debug, Serialize)]
pub struct WordsPart {
    /// The words.
    pub text: &'static str,
    /// Whether a program would write them.
    pub code: bool,
}

/// A parameter or a field.
#[derive(Debug, Serialize)]
pub struct ParameterView {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: Vec<WordsPart>,
    /// How many characters it may have, if that is bounded.
    pub max: Option<usize>,
    /// Whether it must be there.
    pub required: bool,
}

/// What comes back.
#[derive(Debug, Serialize)]
pub struct AnswerView {
    /// The status.
    pub status: u16,
    /// In words.
    pub description: Vec<WordsPart>,
    /// The schema of the body, if it has one.
    pub schema: Option<&'static str>,
    /// Whether there are many of these.
    pub many: bool,
}
