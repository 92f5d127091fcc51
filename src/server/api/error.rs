//! API errors: `{"detail":"…"}` with the reference's sentences.

use http::{HeaderValue, Method, StatusCode};
use jiff::SignedDuration;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::course::{Catalog, CourseId};
use crate::school::{Denied, Refusal};
use crate::server::problem::{Problem, whole_seconds};

/// An answer of the API that is not what was asked for.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The status.
    pub status: StatusCode,
    /// What the client hears.
    pub detail: String,
    /// `WWW-Authenticate`, where a client can do better with credentials.
    pub challenge: Option<HeaderValue>,
    /// `Retry-After`, where another time is better.
    pub retry_after: Option<HeaderValue>,
    /// What is wrong with which field of a body; instead of `detail`, if anything is.
    pub fields: Vec<(&'static str, Vec<String>)>,
    /// What the log keeps.
    pub log: Option<String>,
}

impl ApiError {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), fields: Vec::new(), challenge: None, retry_after: None, log: None }
    }

    /// Something in the request cannot be, whatever it is about.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// A list has no such page.
    pub fn invalid_page() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Invalid page.")
    }

    /// No list has such a place.
    pub fn invalid_cursor() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Invalid cursor")
    }

    /// A version that the API does not have.
    pub fn unknown_version() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "Invalid version in \"Accept\" header.")
    }

    /// A body that is not what its type says.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// Fields of a body are missing or wrong.
    pub fn invalid(fields: Vec<(&'static str, Vec<String>)>) -> Self {
        Self { fields, ..Self::new(StatusCode::BAD_REQUEST, "Invalid input.") }
    }

    /// A body of a type that nobody reads here.
    pub fn unsupported(kind: &str) -> Self {
        let detail = format!("Unsupported media type \"{kind}\" in request.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    /// An account has no room for another token.
    pub fn too_many_tokens() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Maximum amount of tokens allowed per user exceeded.")
    }

    /// No such thing.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found.")
    }

    /// No form that the client would take.
    pub fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "Could not satisfy the request Accept header.")
    }

    /// Somebody is known, and may not.
    pub fn permission_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "You do not have permission to perform this action.")
    }

    /// Somebody is known, and gets no seat.
    pub fn refused(refusal: &Refusal, catalog: &Catalog) -> Self {
        let titles = |courses: &[CourseId]| {
            let titles: Vec<_> = courses.iter().filter_map(|id| catalog.course(*id)).map(|one| &*one.title).collect();
            titles.join(", ")
        };
        let detail = match refusal {
            Refusal::Closed => "This course takes nobody.".to_owned(),
            Refusal::NotYet(opens) => format!("Enrollment in this course opens at {opens}."),
            Refusal::Over(end) => format!("Enrollment in this course ended at {end}."),
            Refusal::NotInvited => "This course takes only who is invited.".to_owned(),
            Refusal::Prerequisites(courses) => format!("This course requires a place in: {}.", titles(courses)),
        };
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// Somebody may not read.
    pub fn denied(denied: Denied) -> Self {
        match denied {
            Denied::NotBegun(_, begins) => Self::new(StatusCode::FORBIDDEN, format!("This course begins at {begins}.")),
            Denied::Anonymous | Denied::NotEnrolled(_) => Self::permission_denied(),
        }
    }

    /// Nobody is known. 401 with a challenge where there is one, else 403.
    pub fn not_authenticated(challenge: Option<HeaderValue>) -> Self {
        Self::unauthenticated("Authentication credentials were not provided.", challenge)
    }

    /// Credentials were sent and are not good.
    pub fn unauthenticated(detail: &str, challenge: Option<HeaderValue>) -> Self {
        let status = if challenge.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        Self { challenge, ..Self::new(status, detail) }
    }

    /// Too early for another try.
    pub fn throttled(wait: SignedDuration) -> Self {
        let seconds = whole_seconds(wait);
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let detail = format!("Request was throttled. Expected available in {seconds} {unit}.");
        Self { retry_after: Some(seconds.into()), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// Not this way.
    pub fn method_not_allowed(method: &Method) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("Method \"{method}\" not allowed."))
    }
}

/// The body of the answer: `{"detail":"…"}`, or the sentences of each field in their order.
impl Serialize for ApiError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.fields.as_slice() {
            [] => map.serialize_entry("detail", &self.detail)?,
            fields => fields.iter().try_for_each(|(name, sentences)| map.serialize_entry(name, sentences))?,
        }
        map.end()
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        let retry_after = problem.retry_after.map(HeaderValue::from);
        Self { retry_after, log: problem.log, ..Self::new(problem.status, problem.detail) }
    }
}

impl From<crate::school::SchoolError> for ApiError {
    fn from(error: crate::school::SchoolError) -> Self {
        Problem::from(error).into()
    }
}
