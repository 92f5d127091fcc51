//! The REST API: subjects, courses, enrolling, contents; shapes and order of checks as in the reference application.
//!
//! Each handler walks the same way: content negotiation → authentication → permission → throttle → method → object.

mod suffix;
mod negotiation;
mod error;
mod credentials;
mod wire;
mod representation;
mod lists;
mod kept;
mod throttle;
mod cors;
mod config;
mod answer;
mod call;
mod list_page;
mod browsable;
mod handlers;
mod door;

pub use answer::LogLine;
pub use call::base_url;
pub use config::{ApiConfig, Rates, Scope};
pub use cors::{Cors, Origin, is_api};
#[cfg(any(test, fuzzing))]
pub use credentials::{Parsed, is_same_origin, parse as parse_authorization};
pub use door::at_once;
pub use handlers::{contents, course, courses, enroll, index, nowhere, subject, subjects};
pub use kept::Kept;
pub use suffix::strip_suffix;
pub use throttle::ApiThrottle;
