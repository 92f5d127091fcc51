//! The body of a request, all of it at once: it is never larger than the settings allow.

use std::error::Error as _;

use axum::body::Body;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest as _, Request};
use bytes::Bytes;
use http::StatusCode;
use tower_http::timeout::TimeoutError;

use super::problem::Problem;

/// Waits for a whole body; too large, too slow or cut off is a refusal.
pub async fn whole_body(body: Body) -> Result<Bytes, Problem> {
    Bytes::from_request(Request::new(body), &()).await.map_err(|error| refused(&error))
}

fn refused(rejection: &BytesRejection) -> Problem {
    // The layer that times a body says so in the error alone; others wrap it, so all causes are looked at.
    let mut causes = std::iter::successors(rejection.source(), |&error| error.source());
    if causes.any(|cause| cause.is::<TimeoutError>()) {
        return Problem::refused(StatusCode::REQUEST_TIMEOUT);
    }
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::refused(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Problem::bad_request("What was sent did not arrive whole. Please send it again."),
    }
}
