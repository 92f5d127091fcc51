//! What lies in the content folder: files, their settings as written, what their heads say, and when they were committed.
//!
//! What did not change since the last build is not read.

mod text;
pub mod front_matter;
pub mod scaled;
mod images;
mod tree;
mod history;

pub use front_matter::{Fence, FrontMatter, split as split_front_matter};
pub use history::{History, Repository};
pub use scaled::{SIZES, Scaled, planned, srcset, sweep};
pub use text::{Head, Text};
pub use tree::{Changed, Known, MediaFacts, SourceBody, SourceFile, SourceTree, relative, scan, shown};
