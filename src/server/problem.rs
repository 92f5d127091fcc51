//! Problems: answers that are not what was asked for.
//!
//! What the client hears and what the log keeps are two fields. A handler returns a [`Problem`]; [`draw`], outside of
//! everything that can refuse a request, turns it and every bare refusal of a lower layer into a page of the theme, or
//! into JSON below `/api/`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::SignedDuration;

use super::app::App;
use super::caching::uncached;
use super::middleware::loggable;
use super::pages;
use crate::course::CatalogError;
use crate::disk::DiskError;
use crate::school::{HasherError, SchoolError, TooEarly};

/// An answer that is not what was asked for.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// What the client hears: one or two sentences, nothing about our insides.
    pub detail: String,
    /// After how many seconds it is worth while to try again, if it is.
    pub retry_after: Option<u64>,
    /// What the log keeps, if it is worth a line.
    pub log: Option<String>,
}

impl Problem {
    /// The request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, detail: detail.into(), retry_after: None, log: None }
    }

    /// There is no such thing.
    pub fn not_found() -> Self {
        let detail = "There is no page at this address.".to_owned();
        Self { status: StatusCode::NOT_FOUND, detail, retry_after: None, log: None }
    }

    /// Something of ours failed; they may try again.
    pub fn unavailable(log: impl Into<String>) -> Self {
        let detail = TRY_AGAIN.to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, detail, retry_after: Some(5), log: Some(log.into()) }
    }

    /// A refusal that needs no words of its own.
    pub fn refused(status: StatusCode) -> Self {
        let (detail, log) = match status {
            StatusCode::BAD_REQUEST => ("The request could not be understood.", None),
            StatusCode::FORBIDDEN => {
                ("This form was sent from another site. Please send it from the school's own page.", None)
            }
            StatusCode::METHOD_NOT_ALLOWED => ("This address does not answer that kind of request.", None),
            StatusCode::REQUEST_TIMEOUT => ("The request took too long to arrive or to be answered.", None),
            StatusCode::PAYLOAD_TOO_LARGE => ("What was sent is too large.", None),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("What was sent is not a form.", None),
            StatusCode::RANGE_NOT_SATISFIABLE => ("The file has no such part.", None),
            StatusCode::INTERNAL_SERVER_ERROR => (TRY_AGAIN, Some("a handler failed".to_owned())),
            _ => ("The request could not be answered.", None),
        };
        // A failure of ours is never the client's 500 to interpret: they may try again.
        let failed = status == StatusCode::INTERNAL_SERVER_ERROR;
        let status = if failed { StatusCode::SERVICE_UNAVAILABLE } else { status };
        Self { status, detail: detail.to_owned(), retry_after: failed.then_some(5), log }
    }
}

/// A time as `Retry-After` says it: never too short.
pub fn whole_seconds(wait: SignedDuration) -> u64 {
    let rounded = wait + SignedDuration::from_nanos(999_999_999);
    u64::try_from(rounded.as_secs()).unwrap_or_default().max(1)
}

const TRY_AGAIN: &str = "The school cannot do this right now. Please try again in a moment.";

impl From<SchoolError> for Problem {
    fn from(error: SchoolError) -> Self {
        let detail = match error {
            SchoolError::Hasher(HasherError::Busy) => "Many people are signing in. Please try again in a few seconds.",
            _ => TRY_AGAIN,
        };
        let log = is_worth_a_line(&error).then(|| error.to_string());
        Self { detail: detail.to_owned(), log, ..Self::unavailable("") }
    }
}

/// Strangers can make the school busy as often as they like: once a second is enough to know.
fn is_worth_a_line(error: &SchoolError) -> bool {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    if !matches!(error, SchoolError::Hasher(HasherError::Busy)) {
        return true;
    }
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let is_due = last.is_none_or(|last| last.elapsed() >= Duration::from_secs(1));
    if is_due {
        *last = Some(Instant::now());
    }
    is_due
}

impl From<TooEarly> for Problem {
    fn from(TooEarly(wait): TooEarly) -> Self {
        let detail = "This was asked for too often. Please try again later.".to_owned();
        let retry_after = Some(whole_seconds(wait));
        Self { status: StatusCode::TOO_MANY_REQUESTS, detail, retry_after, log: None }
    }
}

impl From<DiskError> for Problem {
    fn from(error: DiskError) -> Self {
        Self::unavailable(error.to_string())
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::unavailable(error.to_string())
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        Self::unavailable(error.to_string())
    }
}

impl From<crate::theme::TemplateError> for Problem {
    fn from(error: crate::theme::TemplateError) -> Self {
        let detail = "This page cannot be drawn. Please tell the school.".to_owned();
        Self { detail, ..Self::unavailable(error.to_string()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Beside an answer whose status says it all: for programs that look at nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Wordless;

/// Whether an answer is a refusal that has no words yet.
pub fn wants_words(response: &Response) -> bool {
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    is_refusal && (response.extensions().get::<Problem>().is_some() || !has_words(response))
}

/// Gives it its words.
pub fn draw(app: &App, path: &str, mut response: Response) -> Response {
    let status = response.status();
    let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| Problem::refused(status));
    if let Some(log) = &problem.log {
        tracing::error!(%status, path = %loggable(path), "{log}");
    }
    if response.extensions().get::<Wordless>().is_some() {
        return response;
    }
    let mut drawn = if path.starts_with("/api/") {
        let body = serde_json::json!({ "detail": problem.detail }).to_string();
        uncached((problem.status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
    } else {
        pages::error(app, &problem)
    };
    let kept = [
        header::ALLOW,
        header::RETRY_AFTER,
        header::CONTENT_RANGE,
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ];
    for name in kept {
        if let Some(value) = response.headers_mut().remove(&name) {
            drawn.headers_mut().insert(name, value);
        }
    }
    drawn
}

/// Handlers write pages and JSON; lower layers write plain text or nothing.
fn has_words(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::NoRandomness;

    #[test]
    fn how_often_strangers_make_the_school_busy_is_no_flood_of_the_log() {
        let busy = (0..1_000).filter(|_| Problem::from(SchoolError::Hasher(HasherError::Busy)).log.is_some()).count();
        assert!((1..=3).contains(&busy), "{busy} lines");
        let failed = (0..10).filter(|_| Problem::from(SchoolError::from(NoRandomness)).log.is_some()).count();
        assert_eq!(failed, 10, "what is ours to mend is said each time");
    }
}
