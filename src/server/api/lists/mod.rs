//! Lists: what may be asked of every list of the API, as the reference's framework has it.
//!
//! A [`Listing`] is made once: each item's JSON, and what it is filtered, searched and ordered by. A request's
//! [`Parameters`] select items, put them in order, and cut a page in one of three styles; without any of it the answer is
//! the whole list, a bare array, which is kept as it is sent. Whoever has another list makes another [`Listing`].

mod parameters;
mod listing;
mod selection;
mod ordering;
mod cursor;
mod paging;
mod links;
mod listed;
mod of_catalog;

pub use links::TOTAL_COUNT;
pub use listed::Listed;
pub use listing::{Field, Item, Listing, Value};
pub use of_catalog::CatalogLists;
pub use ordering::Direction;
pub use paging::Style;
pub use parameters::{Address, Parameters};
pub use selection::{MAX_SEARCH, fold};
