//! Views of progress: the form at the end of a module, and how far somebody is in a course.

use serde::Serialize;

use super::view::LinkView;

/// The form at the end of a module, by which a student says that it is done.
#[derive(Debug, Serialize)]
pub struct MarkView {
    /// Where it leads.
    pub action: String,
    /// The module's slug.
    pub module: String,
    /// Whether no module comes after it.
    pub is_last: bool,
}

/// How far somebody is in a course.
#[derive(Debug, Serialize)]
pub struct ProgressView {
    /// How many modules they have done.
    pub done: usize,
    /// How many the course has.
    pub modules: usize,
    /// The first module that is not done.
    pub next: Option<LinkView>,
    /// Where they say that a module is not done after all.
    pub action: String,
    /// The modules that they have done, in the course's order.
    pub finished: Vec<FinishedModule>,
}

/// A module that somebody has done.
#[derive(Debug, Serialize)]
pub struct FinishedModule {
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// When, RFC 3339.
    pub at: String,
}
