//! What a good site has besides its pages: a sitemap, feeds, documents for a search, descriptions for machines, and the
//! files that static hosts read.
//!
//! Each is a job like a page: its key is the identity of whatever its bytes depend on, so an unchanged one costs
//! nothing. What is gated never gets into a public one; titles do, as they stand in every course's public outline.

mod listed;
mod xml;
mod sitemap;
mod feeds;
mod search;
mod static_host;
mod linked_data;
mod course_json;
mod made;

pub use linked_data::{About, locale};
pub use made::{addresses, jobs};
pub use search::{CourseIndex, KnownWords};
