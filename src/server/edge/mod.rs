//! Tokens for a CDN that decides at its edge who may read a course: signed, for one course, and soon over.
//!
//! The edge cannot ask educa for each file. It verifies a cookie instead, which educa gives to whoever has a [`Pass`] for
//! the course, and sends visitors without a good one to `/gate/renew/`. docs/edge-tokens.md is the format.
//!
//! [`Pass`]: crate::school::Pass

mod config;
mod token;
mod cloudfront;
mod signer;
mod grant;
mod renew;

pub use config::{EdgeConfig, EdgeKind, SecretText};
#[cfg(any(test, fuzzing))]
pub use grant::course_of;
pub use renew::{give, renew};
pub use signer::{EdgeError, EdgeSigner, new_key};
#[cfg(any(test, fuzzing))]
pub use token::{key as edge_key, token as edge_token};
