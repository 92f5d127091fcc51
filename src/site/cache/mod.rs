//! What is kept from one build to the next: of texts, of courses, and of what was published.

pub mod cache_file;
mod by_course;
mod fragments;
mod ledger;

pub use by_course::ByCourse;
pub use cache_file::Loaded;
pub use fragments::{BlobShelf, FragmentFacts, Fragments, KnownFragments, Rendered, RenderedText, compact};
pub use ledger::{Entry, Form, Ledger, MadeOf};
