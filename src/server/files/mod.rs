//! Files: published bytes to those who may have them.
//!
//! A path is looked up in the catalog and nowhere else, so that what a build did not publish does not exist: no dotfile,
//! no link, no way up. Opening a gated file takes a [`Pass`](crate::school::Pass). Small files are kept in memory, known
//! by the digest of their bytes: a new build lists new digests, so nothing that is kept can be out of date.

mod serve;
mod open;
mod cache;
mod answer;
mod range;
mod slash;

pub use cache::{CacheFigures, FileCache};
pub use open::is_as_listed;
pub use serve::{Asked, at_once, serve};
pub use slash::{first_page, to_slash};
