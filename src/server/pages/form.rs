//! Forms: what a browser sent, field by field.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};

use crate::server::problem::Problem;
use crate::server::whole_body::whole_body;

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
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let bytes = match *request.method() {
            Method::GET | Method::HEAD => Bytes::copy_from_slice(request.uri().query().unwrap_or_default().as_bytes()),
            _ => body(request).await?,
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

async fn body(request: Request) -> Result<Bytes, Problem> {
    let is_form = is_form(request.headers());
    let bytes = whole_body(request.into_body()).await?;
    // Nothing is an empty form, in whatever type.
    if is_form || bytes.is_empty() { Ok(bytes) } else { Err(Problem::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE)) }
}

fn is_form(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.parse::<mime::Mime>().ok());
    sent.is_some_and(|kind| kind.essence_str() == mime::APPLICATION_WWW_FORM_URLENCODED.essence_str())
}
