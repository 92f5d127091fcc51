//! The REST API: subjects, courses, enrolling, contents, and tokens of programs; shapes and order of checks as in the reference application.
//!
//! Each handler walks the same way: content negotiation → authentication → permission → method → object.

mod suffix;
mod negotiation;
mod error;
mod credentials;
mod body;
mod json_body;
mod wire;
mod call;
mod browsable;
mod handlers;
mod auth;

pub use auth::{auth_login, auth_logout, auth_logout_all, auth_refresh, auth_register, auth_user};
pub use call::base_url;
pub use credentials::shows_token;
#[cfg(any(test, fuzzing))]
pub use credentials::{Parsed, is_same_origin, parse as parse_authorization};
pub use handlers::{contents, course, courses, enroll, index, nowhere, subject, subjects};
pub use suffix::strip_suffix;
