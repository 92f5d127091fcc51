//! Views of what is alive: who is here.

use serde::Serialize;

use super::list_views::CourseLink;
use super::view::{PageView, View, view};

/// `/students/online/`: everybody with whom the reader shares a course.
#[derive(Debug, Serialize)]
pub struct OnlineView {
    /// The head.
    pub page: PageView,
    /// Some of them: who is online first, then by name.
    pub people: Vec<OnlinePerson>,
    /// How many of those shown are online.
    pub n_online: usize,
    /// How many come on later pages, as far as they were counted.
    pub n_after: usize,
    /// Whether there are more than that.
    pub more: bool,
    /// The first page, if this is a later one.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
}
view!(OnlineView, "online.html");

/// Somebody with whom the reader shares a course; or the reader.
#[derive(Debug, Serialize)]
pub struct OnlinePerson {
    /// The user name.
    pub username: String,
    /// Whether it is the reader.
    pub mine: bool,
    /// Whether they are here.
    pub online: bool,
    /// The courses they share.
    pub courses: Vec<CourseLink>,
}
