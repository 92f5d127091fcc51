//! Answers: what a handler says, in the form that was negotiated, with the headers that every answer has.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use super::browsable;
use super::call::Endpoint;
use super::credentials::TOKEN_CHALLENGE;
use super::error::ApiError;
use super::lists::Listed;
use super::negotiation;
use super::representation::{Form, Representation};
use crate::school::Account;
use crate::server::app::App;
use crate::server::caching::matches_etag;
use crate::server::encodings;
use crate::server::identity::Caller;

/// Headers that an answer has besides those of all.
pub type Headers = Vec<(HeaderName, HeaderValue)>;

/// What a handler answers with: JSON in the compact form.
pub struct Answer {
    status: StatusCode,
    body: Arc<Representation>,
    headers: Headers,
    list: Option<Box<Listed>>,
    /// Instead of `body`: what is made while it is sent.
    stream: Option<Body>,
    cache: &'static str,
    content_type: &'static str,
    log: Option<String>,
}

/// What the log keeps of an answer; the door writes it, which knows of which request.
#[derive(Debug, Clone)]
pub struct LogLine(pub String);

const JSON: &str = "application/json";
const PAGE: &str = "text/html; charset=utf-8";

/// The policy of what is no page and shows nothing: stricter than that of pages, and a sixth as long, in each answer.
const NOTHING_TO_SHOW: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// An answer about somebody must not be kept for somebody else.
const PRIVATE: &str = "private, no-cache";

impl Answer {
    /// The answer that is this value.
    pub fn of(value: &impl Serialize) -> Self {
        Self::kept(Arc::new(Representation::of(value)))
    }

    /// The same, which is no JSON but of this media type.
    pub fn of_type(self, content_type: &'static str) -> Self {
        Self { content_type, ..self }
    }

    /// The same to a request that somebody else must look at first.
    pub fn accepted(value: &impl Serialize) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::of(value) }
    }

    /// What was made before.
    pub fn kept(body: Arc<Representation>) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            headers: Headers::new(),
            list: None,
            stream: None,
            cache: PRIVATE,
            content_type: JSON,
            log: None,
        }
    }

    /// A file under a name, such as `people.csv`, made while it is sent: nobody knows its tag before its end.
    pub fn download(content_type: &'static str, name: &str, body: Body) -> Self {
        let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
        let disposition = disposition.expect("files are named by letters of ours and numbers");
        Self {
            headers: vec![(header::CONTENT_DISPOSITION, disposition)],
            stream: Some(body),
            content_type,
            ..Self::kept(Arc::new(Representation::new(""))).secret()
        }
    }

    /// Done, and there is nothing to say.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, ..Self::kept(Arc::new(Representation::new(""))) }
    }

    /// The same about something that is new.
    pub fn created(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }

    /// The same with a secret in it, which nothing on its way may keep.
    pub fn secret(self) -> Self {
        Self { cache: "no-store", ..self }
    }

    /// A list, or a page of one.
    pub fn listed(listed: Listed) -> Self {
        let body = listed.body.clone();
        Self { headers: listed.headers(), list: Some(Box::new(listed)), ..Self::kept(body) }
    }

    /// The same behind headers that each answer has, such as those of limits.
    pub fn behind(mut self, mut headers: Headers) -> Self {
        headers.append(&mut self.headers);
        Self { headers, ..self }
    }

    /// The response in the form that was negotiated.
    pub async fn respond(mut self, app: &App, endpoint: Endpoint, form: negotiation::Form, parts: &Parts) -> Response {
        match form {
            _ if self.stream.is_some() => {}
            negotiation::Form::Json { indent: None }
            | negotiation::Form::Table
            | negotiation::Form::Lines
            | negotiation::Form::Yaml => {}
            negotiation::Form::Json { indent: Some(indent) } => self.body = Arc::new(self.body.indented(indent)),
            negotiation::Form::Page => {
                // Asked anew: who may not do a thing is shown a page, too, and should see whether they are signed in.
                let reader = Caller::of(&app.school, &parts.headers).await.ok().and_then(|Caller(account)| account);
                self.draw(app, endpoint, parts, reader.as_ref());
            }
        }
        self.send(endpoint, parts).await
    }

    /// The same for people. A theme without such a page leaves them the JSON.
    fn draw(&mut self, app: &App, endpoint: Endpoint, parts: &Parts, reader: Option<&Account>) {
        let json = self.body.indented(4);
        let answer = browsable::Shown {
            status: self.status,
            headers: &self.headers,
            json: json.text(),
            list: self.list.as_deref(),
            reader,
        };
        match browsable::draw(app, endpoint, parts, &answer) {
            Ok(page) => {
                (self.body, self.content_type) = (Arc::new(Representation::new(page)), PAGE);
                // A challenge for Basic would have the browser ask for a password over the page that says where to sign in.
                let challenges = self.headers.iter_mut().filter(|(name, _)| *name == header::WWW_AUTHENTICATE);
                challenges.for_each(|(_, challenge)| *challenge = TOKEN_CHALLENGE);
                // A page has words, whatever it is about.
                if self.status == StatusCode::NO_CONTENT {
                    self.status = StatusCode::OK;
                }
            }
            Err(problem) => {
                self.log = self.log.take().or(problem.log);
                self.body = Arc::new(json);
            }
        }
    }

    async fn send(self, endpoint: Endpoint, parts: &Parts) -> Response {
        let Self { status, body, content_type, headers: own, stream, cache, log, .. } = self;
        let reads = parts.method == Method::GET || parts.method == Method::HEAD;
        let form = body.form(&encodings::wanted(&parts.headers));
        let tag = (reads && status == StatusCode::OK && cache == PRIVATE).then(|| form.tag.clone());
        let known = tag.as_ref().is_some_and(|tag| matches_etag(&parts.headers, tag.as_bytes()));
        let encoding = form.encoding;
        let head = parts.method == Method::HEAD;
        let mut response = match (stream, known, status) {
            (Some(stream), ..) => streamed(content_type, stream, head),
            (None, true, _) => bodiless(StatusCode::NOT_MODIFIED),
            (None, false, StatusCode::NO_CONTENT) => bodiless(status),
            (None, false, _) => full(status, content_type, bytes_of(body, form).await, head),
        };
        let headers = response.headers_mut();
        headers.reserve(own.len() + 5);
        headers.insert(header::VARY, HeaderValue::from_static(endpoint.vary));
        headers.insert(header::ALLOW, HeaderValue::from_static(endpoint.allow));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        if content_type != PAGE {
            headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING_TO_SHOW);
        }
        headers.extend(tag.map(|tag| (header::ETAG, tag)));
        // The plain form is good for everybody, and stays what existing clients know, to the byte of its headers.
        if let Some(encoding) = encoding {
            headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            if !known {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.coding()));
            }
        }
        for (name, value) in own {
            if !known || !describes_content(&name) {
                headers.append(name, value);
            }
        }
        if let Some(line) = log {
            response.extensions_mut().insert(LogLine(line));
        }
        response
    }
}

/// What one of the checks or a handler says instead.
impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        let body = Representation::of(&error);
        let mut headers = Headers::new();
        headers.extend(error.challenge.map(|value| (header::WWW_AUTHENTICATE, value)));
        headers.extend(error.retry_after.map(|value| (header::RETRY_AFTER, value)));
        Self { status: error.status, headers, log: error.log, ..Self::kept(Arc::new(body)) }
    }
}

/// The bytes of a form; those that must be compressed first are not, where others wait.
async fn bytes_of(body: Arc<Representation>, form: Form) -> Bytes {
    if body.is_at_hand(&form) {
        return body.bytes(&form);
    }
    let plain = body.plain().clone();
    let made = tokio::task::spawn_blocking(move || body.bytes(&form)).await;
    made.unwrap_or(plain)
}

fn bodiless(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn streamed(content_type: &'static str, body: Body, head: bool) -> Response {
    let mut response = Response::new(if head { Body::empty() } else { body });
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn full(status: StatusCode, content_type: &'static str, bytes: Bytes, head: bool) -> Response {
    let length = bytes.len();
    let mut response = Response::new(if head { Body::empty() } else { Body::from(bytes) });
    *response.status_mut() = status;
    // With those of the door: growing a table of headers hashes all that are in it again.
    *response.headers_mut() = HeaderMap::with_capacity(24);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response
}

/// What a client has already that has the bytes, RFC 9110 section 15.4.5.
fn describes_content(name: &HeaderName) -> bool {
    *name == header::LINK || *name == super::lists::TOTAL_COUNT
}
