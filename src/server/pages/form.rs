//! Forms: what a browser sent, field by field.

use axum::extract::rejection::RawFormRejection;
use axum::extract::{FromRequest, RawForm, Request};
use http::Method;

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
        let is_query = request.method() == Method::GET || request.method() == Method::HEAD;
        let RawForm(bytes) = RawForm::from_request(request, state).await.map_err(refused)?;
        if !is_query && std::str::from_utf8(&bytes).is_err() {
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

fn refused(rejection: RawFormRejection) -> Problem {
    let detail = match rejection.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => "What was sent is too large.",
        http::StatusCode::UNSUPPORTED_MEDIA_TYPE => "What was sent is not a form.",
        _ => "The form did not arrive whole. Please send it again.",
    };
    Problem { status: rejection.status(), detail: detail.to_owned(), log: None }
}
