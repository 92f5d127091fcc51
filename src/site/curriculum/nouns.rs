//! The curriculum: what the authors wrote, understood and checked, but not yet placed on the site.
//!
//! Subjects > courses > modules > contents, each with its settings parsed. Paths are relative to the content folder.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use super::video::Video;
use crate::course::{CourseId, Direction, EnrollmentPolicy, InstructorId, Language, Slug, SubjectId};
use crate::diag::{Diagnostic, Place, SourceText};
use crate::digest::Digest;
use crate::site::source::{MediaFacts, SourceFile, Text};

/// A whole school, drafts left out.
#[derive(Debug, Default)]
pub struct Curriculum {
    /// Ordered by title.
    pub subjects: Vec<Subject>,
    /// Ordered by id.
    pub instructors: Vec<Instructor>,
    /// Files beside the instructors' texts.
    pub instructor_resources: Vec<Arc<Resource>>,
    /// All files of the content folder, those of drafts and of what has mistakes too.
    pub files: Vec<Arc<SourceFile>>,
    /// When something that waits for its day (`publish_on`) appears next, if nothing else happens.
    pub changes_at: Option<Timestamp>,
}

impl Curriculum {
    /// All courses.
    pub fn courses(&self) -> impl Iterator<Item = &Arc<Course>> {
        self.subjects.iter().flat_map(|subject| &subject.courses)
    }

    /// Whether there is a file at a path below the content folder.
    pub fn has_file(&self, path: &str) -> bool {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok()
    }
}

/// A text with its settings cut off.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its path below the content folder.
    pub path: Arc<str>,
    /// How diagnostics name it.
    pub shown: Arc<str>,
    /// All of it, when somebody needs it.
    pub text: Arc<Text>,
    /// Where the body begins.
    pub body_at: usize,
    /// Identity of the body.
    pub body: Digest,
}

impl Document {
    /// The document in a file; nothing if its front matter is not sound.
    pub fn new(file: &SourceFile, text: &Arc<Text>) -> Option<Self> {
        let head = text.facts.head.as_ref()?;
        let (path, shown) = (file.path.as_str().into(), file.shown.as_str().into());
        Some(Self { path, shown, text: text.clone(), body_at: head.body_at, body: head.body })
    }

    /// What comes after the settings.
    pub fn body(&self) -> String {
        self.text.get().get(self.body_at..).unwrap_or_default().to_owned()
    }

    /// An error at a byte range of the text.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        SourceText { path: &self.shown, text: &self.text.get() }.error(span, message)
    }

    /// The byte range in the text of one in its body.
    pub fn in_text(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.body_at..span.end + self.body_at
    }

    /// A warning at a byte range of the text.
    pub fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        SourceText { path: &self.shown, text: &self.text.get() }.warning(span, message)
    }

    /// Where a byte range of the text begins.
    pub fn place(&self, span: Range<usize>) -> Place {
        SourceText { path: &self.shown, text: &self.text.get() }.place(span)
    }
}

/// A file that is published as it is.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its path below the content folder.
    pub path: Arc<str>,
    /// How diagnostics name it.
    pub shown: String,
    /// Where it lies.
    pub disk_path: std::path::PathBuf,
    /// Identity, size, and pixels of an image.
    pub facts: MediaFacts,
}

/// `subject.md` and all below it.
#[derive(Debug)]
pub struct Subject {
    /// Its key.
    pub id: SubjectId,
    /// Its title.
    pub title: String,
    /// Its part of the address.
    pub slug: Slug,
    /// Language and direction.
    pub speech: Speech,
    /// Its description.
    pub document: Document,
    /// Addresses that lead here.
    pub aliases: Vec<Alias>,
    /// Newest first.
    pub courses: Vec<Arc<Course>>,
    /// Files beside `subject.md`.
    pub resources: Vec<Arc<Resource>>,
}

/// The language and direction of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Speech {
    /// Its language.
    pub lang: Language,
    /// Its direction.
    pub dir: Direction,
}

/// `course.md` and all below it.
#[derive(Debug)]
pub struct Course {
    /// Its key.
    pub id: CourseId,
    /// Its title.
    pub title: String,
    /// Its part of the address, unique in the school.
    pub slug: Slug,
    /// The user name of the instructor who owns it.
    pub owner: Slug,
    /// Where `course.md` says so.
    pub owner_at: Range<usize>,
    /// When it was created.
    pub created: Timestamp,
    /// One sentence; may be empty.
    pub summary: String,
    /// Key words.
    pub tags: Vec<String>,
    /// Who may read its contents.
    pub access: Access,
    /// Who may enroll, and when; what it builds upon is in `prerequisites`.
    pub enrollment: EnrollmentPolicy,
    /// The slugs of the courses in which one needs a place first, and where `course.md` says so.
    pub prerequisites: Vec<(String, Range<usize>)>,
    /// How its contents lie on pages.
    pub layout: Layout,
    /// Whether a search finds it and what is below it.
    pub searched: bool,
    /// Language and direction.
    pub speech: Speech,
    /// Its overview.
    pub document: Document,
    /// Addresses that lead here.
    pub aliases: Vec<Alias>,
    /// In order.
    pub modules: Vec<Module>,
    /// Files beside `course.md`.
    pub resources: Vec<Arc<Resource>>,
}

/// Who may read the contents of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Those who enrolled.
    Enrolled,
    /// Everyone.
    Public,
}

/// How contents lie on pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A module is one page with its contents one after another.
    Module,
    /// Each content has its own page.
    Lesson,
}

/// `module.md` and all below it.
#[derive(Debug)]
pub struct Module {
    /// The author's order; begins at 0 and may have gaps.
    pub order: u32,
    /// Its title.
    pub title: String,
    /// Its part of the address, unique in the course.
    pub slug: Slug,
    /// Whether everyone may read it although the course is for the enrolled.
    pub preview: bool,
    /// Whether a search finds it and what is below it.
    pub searched: bool,
    /// Its description.
    pub document: Document,
    /// Addresses that lead here.
    pub aliases: Vec<Alias>,
    /// In order.
    pub contents: Vec<Content>,
    /// Files that contents refer to, media contents included.
    pub resources: Vec<Arc<Resource>>,
    /// Its folder below the content folder, with a slash at the end.
    pub folder: String,
}

/// A content of a module.
#[derive(Debug)]
pub struct Content {
    /// The author's order; begins at 0 and may have gaps.
    pub order: u32,
    /// Its title.
    pub title: String,
    /// Its part of the address, unique in the module.
    pub slug: Slug,
    /// When it was written.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// What it is.
    pub kind: Kind,
    /// Whether a search finds it.
    pub searched: bool,
    /// Its text or caption; a media file on its own has none.
    pub document: Option<Document>,
    /// Its path below the content folder.
    pub path: String,
    /// Addresses that lead here.
    pub aliases: Vec<Alias>,
}

/// The four kinds of content. Row C10.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A text.
    Text,
    /// A picture: the path of a resource below the content folder.
    Image(String),
    /// A download: the path of a resource below the content folder.
    File(String),
    /// A video.
    Video(Video),
}

impl Kind {
    /// The path of the media file of the school that it shows, if any.
    pub fn media(&self) -> Option<&str> {
        match self {
            Kind::Image(path) | Kind::File(path) | Kind::Video(Video::Local(path)) => Some(path),
            Kind::Text | Kind::Video(_) => None,
        }
    }
}

/// An address that leads to a page which lies elsewhere now.
#[derive(Debug, Clone)]
pub struct Alias {
    /// The old address.
    pub address: crate::course::Address,
    /// Which file says so.
    pub shown: Arc<str>,
    /// Where in it.
    pub place: Place,
}

/// `instructors/<user name>.md`.
#[derive(Debug)]
pub struct Instructor {
    /// The key.
    pub id: InstructorId,
    /// The user name; the part of the address.
    pub user_name: Slug,
    /// The full name.
    pub name: String,
    /// Language and direction.
    pub speech: Speech,
    /// The biography.
    pub document: Document,
}
