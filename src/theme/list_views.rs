//! Views of lists and overviews: the catalog, subjects, courses, instructors, and pages that say where to go instead.

use jiff::Timestamp;
use serde::Serialize;

use super::view::{LinkView, PageView, View, view};
use crate::course::EnrollmentPolicy;

/// The catalog (`/`), or one subject's courses. Rows C1–C6.
#[derive(Debug, Serialize)]
pub struct CatalogView {
    /// The head.
    pub page: PageView,
    /// The subject, or nothing on the page of all courses.
    pub subject: Option<SubjectView>,
    /// The side list, ordered by title.
    pub subjects: Vec<SubjectEntry>,
    /// How many courses there are in all subjects.
    pub n_courses: usize,
    /// The courses of this page, newest first.
    pub courses: Vec<CourseEntry>,
}
view!(CatalogView, "catalog.html");

/// A subject on its own page.
#[derive(Debug, Serialize)]
pub struct SubjectView {
    /// Its title.
    pub title: String,
    /// Its description; may be empty.
    pub description_html: String,
}

/// A subject in the side list.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectEntry {
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// How many courses it has.
    pub n_courses: usize,
    /// Whether this page is its own.
    pub current: bool,
}

/// A course in a list.
#[derive(Debug, Clone, Serialize)]
pub struct CourseEntry {
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// One sentence; may be empty.
    pub summary: String,
    /// Its language, for the `lang` attribute of the entry.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// Its subject.
    pub subject: LinkView,
    /// How many modules it has.
    pub n_modules: usize,
    /// Who teaches it; the title is the full name.
    pub instructor: LinkView,
    /// The author's key words.
    pub tags: Vec<String>,
    /// Whether everyone may read it without enrolling.
    pub public: bool,
}

/// A course's overview. Rows C7–C9.
#[derive(Debug, Serialize)]
pub struct CourseView {
    /// The head.
    pub page: PageView,
    /// The course's key, for the enrollment link.
    pub id: u32,
    /// The course as lists show it.
    pub course: CourseEntry,
    /// The overview.
    pub overview_html: String,
    /// When it was created, RFC 3339.
    pub created: String,
    /// Who may enroll, and when.
    pub enrollment: PolicyView,
    /// What it consists of.
    pub modules: Vec<OutlineModule>,
    /// The first page to read, if there is a module.
    pub start: Option<String>,
}
view!(CourseView, "course.html");

/// Who may enroll in a course, and when. Dates are RFC 3339; those of an end are the last moment before it.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    /// `open`, `approval`, `invite` or `closed`.
    pub admission: &'static str,
    /// How many places there are, if there are not places for all.
    pub capacity: Option<u32>,
    /// From when on one may enroll.
    pub opens: Option<String>,
    /// Until when one may enroll.
    pub closes: Option<String>,
    /// When it begins.
    pub starts: Option<String>,
    /// When it ends.
    pub ends: Option<String>,
    /// The courses in which one needs a place first.
    pub requires: Vec<CourseLink>,
}

impl PolicyView {
    /// A policy for people; `requires` are its prerequisites.
    pub fn new(policy: &EnrollmentPolicy, requires: Vec<CourseLink>) -> Self {
        let begin = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let end = |at: Option<Timestamp>| begin(at.map(EnrollmentPolicy::last_moment));
        Self {
            admission: policy.admission.as_str(),
            capacity: policy.capacity,
            opens: begin(policy.opens),
            closes: end(policy.closes),
            starts: begin(policy.starts),
            ends: end(policy.ends),
            requires,
        }
    }
}

/// A link to a course, whose title carries its own language.
#[derive(Debug, Clone, Serialize)]
pub struct CourseLink {
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// Its language.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
}

/// A module in a course's outline.
#[derive(Debug, Serialize)]
pub struct OutlineModule {
    /// Its place in the course, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// Its description; may be empty.
    pub description_html: String,
    /// Whether everyone may read it: the course is public or the module a preview.
    pub open: bool,
    /// Its contents.
    pub contents: Vec<OutlineContent>,
}

/// A content in an outline.
#[derive(Debug, Clone, Serialize)]
pub struct OutlineContent {
    /// Its title.
    pub title: String,
    /// `text`, `image`, `file` or `video`.
    pub kind: &'static str,
    /// Its own page, or its place on the module's page.
    pub address: String,
}

/// An instructor's page.
#[derive(Debug, Serialize)]
pub struct InstructorView {
    /// The head; its title is the full name.
    pub page: PageView,
    /// The biography; may be empty.
    pub biography_html: String,
    /// The instructor's courses, newest first.
    pub courses: Vec<CourseEntry>,
}
view!(InstructorView, "instructor.html");

/// The page that searches. What was found is put into it by a script; without one it shows all courses.
#[derive(Debug, Serialize)]
pub struct SearchView {
    /// The head.
    pub page: PageView,
    /// Those that have courses, ordered by title.
    pub subjects: Vec<SearchSubject>,
}
view!(SearchView, "search.html");

/// A subject with its courses as links.
#[derive(Debug, Serialize)]
pub struct SearchSubject {
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// Its language.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// Newest first.
    pub courses: Vec<CourseLink>,
}

/// The page for what does not exist.
#[derive(Debug, Serialize)]
pub struct NotFoundView {
    /// The head.
    pub page: PageView,
}
view!(NotFoundView, "404.html");

/// A page that once lay here and sends its reader on.
#[derive(Debug, Serialize)]
pub struct MovedView {
    /// The head.
    pub page: PageView,
    /// Where it lies now.
    pub to: String,
}
view!(MovedView, "moved.html");
