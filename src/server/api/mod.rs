//! The REST API: subjects, courses, enrolling, contents; shapes and order of checks as in the reference application.
//!
//! Each handler walks the same way: content negotiation → authentication → permission → method → object.

mod suffix;
mod negotiation;
mod error;
mod credentials;
mod wire;
mod call;
mod browsable;
mod handlers;

pub use call::base_url;
#[cfg(any(test, fuzzing))]
pub use credentials::{Parsed, is_same_origin, parse as parse_authorization};
pub use handlers::{contents, course, courses, enroll, index, nowhere, subject, subjects};
pub use suffix::strip_suffix;
