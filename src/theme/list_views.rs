//! Views of lists and overviews: the catalog, subjects, courses, instructors, and pages that say where to go instead.

use serde::Serialize;

use super::view::{LinkView, PageView, View, view};

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
    /// What it consists of.
    pub modules: Vec<OutlineModule>,
    /// The first page to read, if there is a module.
    pub start: Option<String>,
}
view!(CourseView, "course.html");

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
