//! The catalog: what the build tells the server about a school.
//!
//! The server reads nothing else of the content: which courses there are, who may read which file, and which bytes a
//! file has. A path that the catalog does not list does not exist, whatever lies on the disk.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Address, CourseId, Direction, EnrollmentPolicy, InstructorId, Language, Slug, SubjectId, Variants};
use crate::digest::Digest;

/// A published school at one moment. Immutable; a new build makes a new one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    /// Ordered by title.
    pub subjects: Vec<Subject>,
    /// Newest first.
    pub courses: Vec<Course>,
    /// Ordered by id.
    pub instructors: Vec<Instructor>,
    /// Every file of `public/` and `private/` that has an address.
    pub files: BTreeMap<Address, Published>,
}

/// A subject of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Its key.
    pub id: SubjectId,
    /// Its title.
    pub title: String,
    /// Its part of the address.
    pub slug: Slug,
}

/// A course of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Its key.
    pub id: CourseId,
    /// The subject it belongs to.
    pub subject: SubjectId,
    /// Its title.
    pub title: String,
    /// Its part of the address.
    pub slug: Slug,
    /// The overview as the author wrote it (Markdown).
    pub overview: String,
    /// When it was created; the catalog's order.
    pub created: Timestamp,
    /// Who teaches it.
    pub owner: InstructorId,
    /// Its language.
    pub lang: Language,
    /// Its direction.
    pub dir: Direction,
    /// Who may enroll, and when.
    pub enrollment: EnrollmentPolicy,
    /// In order.
    pub modules: Vec<Module>,
}

/// A module of a course of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// The author's order; begins at 0 and may have gaps.
    pub order: u32,
    /// Its title.
    pub title: String,
    /// The description as the author wrote it (Markdown).
    pub description: String,
    /// Its page.
    pub address: Address,
}

/// An instructor of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct Instructor {
    /// The key.
    pub id: InstructorId,
    /// The user name of the account that teaches, and the slug of the page.
    pub user_name: Slug,
    /// The full name.
    pub name: String,
}

/// A published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The identity of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Who may read it, and so in which folder it lies.
    pub audience: Audience,
    /// The compressed forms that lie beside it.
    pub variants: Variants,
    /// Whether other bytes would lie at another address: whoever has it need never ask again.
    pub lasting: bool,
}

/// Who may read a published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everyone: it lies in `public/`.
    Everyone,
    /// Those enrolled in one course: it lies in `private/`.
    Enrolled(CourseId),
}

impl Course {
    /// The module with this part of the address.
    pub fn module(&self, slug: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.slug() == slug)
    }
}

impl Module {
    /// Its part of the address.
    pub fn slug(&self) -> &str {
        self.address.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }
}

impl Catalog {
    /// The course with this key.
    pub fn course(&self, id: CourseId) -> Option<&Course> {
        self.courses.iter().find(|course| course.id == id)
    }

    /// The subject with this key.
    pub fn subject(&self, id: SubjectId) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.id == id)
    }
}
