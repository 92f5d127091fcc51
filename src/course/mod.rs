//! The nouns of a school, and the catalog that the build writes and the server reads.
//!
//! Everything here is a plain value with its rule: what a slug is, where a page's address lies, who may read a file.
//! Nothing here reads course files (`site` does) or knows who is asking (`school` does).

mod address;
mod catalog;
mod catalog_file;
pub mod headers;
mod encoding;
mod enrollment_policy;
mod ids;
pub mod json;
mod language;
mod slug;

pub use address::{Address, NotAnAddress, routes};
pub use catalog::{Audience, Catalog, Course, Instructor, Module, Published, Subject};
pub use catalog_file::{
    CATALOG_FILE, CatalogError, CourseContents, ModuleContents, RenderedItem, contents_bytes, contents_file, load,
    load_contents, save,
};
pub use encoding::{Encoding, NotAnEncoding, Variant, Variants};
pub use enrollment_policy::{ADMISSIONS, Admission, EnrollmentPolicy};
pub use ids::{CourseId, InstructorId, NotAnId, SubjectId};
pub use language::{Direction, Language, NotALanguage};
pub use slug::{NotASlug, Slug};
