//! The REST API: subjects, courses, enrolling, contents, and tokens of programs; shapes and order of checks as in the reference application.
//!
//! Each handler walks the same way: content negotiation → authentication → permission → throttle → method → object.

mod suffix;
mod negotiation;
mod error;
mod credentials;
mod body;
mod json_body;
mod base;
mod wire;
mod people_wire;
mod representation;
mod lists;
mod kept;
mod throttle;
mod cors;
mod config;
mod answer;
mod call;
mod permitted;
mod download;
mod list_page;
mod browsable;
mod handlers;
mod me;
mod progress;
mod people;
mod invitations;
mod export;
mod auth;
mod door;
mod openapi;

pub use answer::LogLine;
pub use auth::{auth_login, auth_logout, auth_logout_all, auth_refresh, auth_register, auth_user};
pub use base::Base;
pub use config::{ApiConfig, Rates, Scope};
pub use cors::{Cors, Origin, is_api};
pub use credentials::shows_token;
#[cfg(any(test, fuzzing))]
pub use credentials::{Parsed, is_same_origin, parse as parse_authorization};
pub use door::{at_once, wanted};
pub use export::{export_accounts, export_enrollments, export_events};
pub use handlers::{contents, course, courses, enroll, index, nowhere, subject, subjects};
pub use invitations::{invitation, invitations};
pub use kept::Kept;
pub use me::{me, my_courses};
pub use openapi::{docs, schema};
pub use people::{approve, people, person};
pub use progress::done;
pub use suffix::strip_suffix;
pub use throttle::ApiThrottle;
