//! Forms: what a browser sent, field by field.

use std::error::Error as _;

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use tower_http::timeout::TimeoutError;

use crate::server::problem::Problem;

/// The fields of a form or query, as sent. Of two with one name the last counts, as in the reference application.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The value of a field; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = match *request.method() {
            Method::GET | Method::HEAD => Bytes::copy_from_slice(request.uri().query().unwrap_or_default().as_bytes()),
            _ => body(request, state).await?,
        };
        if std::str::from_utf8(&bytes).is_err() {
            return Err(Problem::bad_request("The form is not UTF-8."));
        }
        let fields: Vec<_> = form_urlencoded::parse(&bytes).into_owned().collect();
        // Broken percent-escapes become replacement characters; no user name or password should ever hold one.
        match fields.iter().any(|(name, value)| name.contains('\u{fffd}') || value.contains('\u{fffd}')) {
            true => Err(Problem::bad_request("The form holds text that is not UTF-8.")),
            false => Ok(Self(fields)),
        }
    }
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let is_form = is_form(request.headers());
    let bytes = Bytes::from_request(request, state).await.map_err(|error| refused(&error))?;
    // Nothing is an empty form, in whatever type.
    if is_form || bytes.is_empty() { Ok(bytes) } else { Err(Problem::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE)) }
}

fn is_form(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.parse::<mime::Mime>().ok());
    sent.is_some_and(|kind| kind.essence_str() == mime::APPLICATION_WWW_FORM_URLENCODED.essence_str())
}

fn refused(rejection: &BytesRejection) -> Problem {
    // The layer that times a body says so in the error alone; others wrap it, so all causes are looked at.
    let mut causes = std::iter::successors(rejection.source(), |&error| error.source());
    if causes.any(|cause| cause.is::<TimeoutError>()) {
        return Problem::refused(StatusCode::REQUEST_TIMEOUT);
    }
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::refused(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Problem::bad_request("The form did not arrive whole. Please send it again."),
    }
}
