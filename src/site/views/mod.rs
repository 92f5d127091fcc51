//! What templates see: a view for each page, from which its key is made and the page is drawn.

mod overviews;
mod items;
mod lessons;
mod pages;

pub use items::Items;
pub use lessons::{LazyParts, Place};
pub use overviews::{Purpose, Views, kind_name, subject_link};
pub use pages::{Page, content_item, draw, draw_contents, page_key};
