//! `educa check --external`: whether the pages of other sites that a school links to are still there.
//!
//! `site` knows the links; here they are asked. What answered within the last week is not asked again.

mod answer;
mod asking;
mod remembered;
mod check;

pub use check::check;
