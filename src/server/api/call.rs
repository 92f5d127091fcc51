//! A call of the API: one request on its walk through the checks, and the answer with its headers.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use super::body::Incoming;
use super::browsable;
use super::credentials::{Asker, Scheme, authenticate};
use super::error::{ApiError, FieldErrorsJson};
use super::negotiation::{Form, negotiate};
use super::suffix::Suffix;
use super::wire::MetadataJson;
use crate::school::{Account, Role, TokenKey};
use crate::server::app::App;
use crate::server::forwarded::Way;
use crate::server::middleware::RequestHost;
use crate::server::operation::Route;
use crate::server::publication::Publication;

/// What an address of the API answers to.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// Its name in `OPTIONS`.
    pub name: &'static str,
    /// Which credentials it takes.
    pub scheme: Scheme,
    /// `Allow`.
    pub allow: &'static str,
    /// `Vary`.
    pub vary: &'static str,
}

impl Endpoint {
    /// Whether a method is among those of `Allow`.
    pub fn allows(&self, method: &Method) -> bool {
        self.allow.split(", ").any(|allowed| allowed == method.as_str())
    }
}

/// A public list or object.
pub const fn open(name: &'static str) -> Endpoint {
    Endpoint { name, scheme: Scheme::Open, allow: "GET, HEAD, OPTIONS", vary: "Accept, Cookie" }
}

/// An action that needs credentials.
pub const fn action(name: &'static str, allow: &'static str) -> Endpoint {
    Endpoint { name, scheme: Scheme::Basic, allow, vary: "Accept" }
}

/// A request that passed content negotiation and authentication.
pub struct Call {
    /// The server.
    pub app: App,
    /// What is served.
    pub publication: Arc<Publication>,
    /// Who calls.
    pub account: Option<Account>,
    /// The token that says so, if one does.
    pub token: Option<TokenKey>,
    /// What the request brings, if anybody wants to read it.
    pub body: Incoming,
    /// How.
    pub method: Method,
    /// Such as `http://127.0.0.1:8000`, for absolute URLs.
    pub base: String,
    /// From where.
    pub address: Option<IpAddr>,
}

/// What a handler answers with: JSON in the compact form, the fields in their order.
pub struct Answer {
    status: StatusCode,
    json: String,
    cache: &'static str,
}

/// An answer about somebody must not be kept for somebody else.
const PRIVATE: &str = "private, no-cache";

impl Answer {
    /// The answer that is this value.
    pub fn of(value: &impl Serialize) -> Self {
        let json = serde_json::to_string(value).expect("plain strings and numbers always serialize");
        Self { status: StatusCode::OK, json, cache: PRIVATE }
    }

    /// Done, and there is nothing to say.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, json: String::new(), cache: PRIVATE }
    }

    /// The same about something that is new.
    pub fn created(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }

    /// The same with a secret in it, which nothing on its way may keep.
    pub fn secret(self) -> Self {
        Self { cache: "no-store", ..self }
    }

    /// The same to a request that somebody else must look at first.
    pub fn accepted(value: &impl Serialize) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::of(value) }
    }
}

impl Call {
    /// Walks a request through the checks before the object, then asks `answer` for it.
    pub async fn run<F>(app: App, endpoint: Endpoint, request: Request, answer: impl FnOnce(Call) -> F) -> Response
    where
        F: Future<Output = Result<Answer, ApiError>>,
    {
        let (parts, body) = request.into_parts();
        let suffix = parts.extensions.get::<Suffix>().cloned();
        let form = negotiate(&parts.uri, &parts.headers, suffix.as_ref());
        let head = parts.method == Method::HEAD;
        let form = match form {
            Ok(form) => form,
            Err(error) => return Answered::new(Err(error)).json(endpoint, None, head),
        };
        let answered = match Call::checked(app.clone(), endpoint, &parts, body).await {
            Ok(call) if call.method == Method::OPTIONS => Ok(metadata(endpoint)),
            Ok(call) => answer(call).await,
            Err(error) => Err(error),
        };
        match form {
            Form::Json { indent } => Answered::new(answered).json(endpoint, indent, head),
            Form::Page => Answered::new(answered).page(&app, endpoint, &parts),
        }
    }

    /// Authentication, permission, method.
    async fn checked(app: App, endpoint: Endpoint, parts: &http::request::Parts, body: Body) -> Result<Self, ApiError> {
        let host = parts.extensions.get::<RequestHost>().cloned();
        let asker = authenticate(endpoint.scheme, &app.school, parts, host.as_ref()).await?;
        let (account, token) = asker.map(|Asker { account, token }| (account, token)).unzip();
        let token = token.flatten();
        Route::tell(&parts.extensions, account.as_ref());
        let method = parts.method.clone();
        permit(endpoint, account.as_ref(), &method)?;
        if !endpoint.allows(&method) {
            return Err(ApiError::method_not_allowed(&method));
        }
        let base = base_url(&app, host.as_ref());
        let publication = app.shelf.current();
        let body = Incoming::new(&parts.headers, body);
        let address = Some(Way::of(parts).client);
        Ok(Self { app, publication, account, token, body, method, base, address })
    }

    /// Who calls; actions let nobody else through, see [`permit`].
    pub fn student(&self) -> Result<&Account, ApiError> {
        self.account.as_ref().ok_or_else(|| ApiError::not_authenticated(Scheme::Basic.challenge()))
    }
}

/// As in the reference: anyone may read the lists, administrators may try more (and hear 405), actions need somebody.
fn permit(endpoint: Endpoint, account: Option<&Account>, method: &Method) -> Result<(), ApiError> {
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    match (endpoint.scheme, account) {
        (Scheme::Nobody, _) | (Scheme::Basic | Scheme::Token, Some(_)) => Ok(()),
        (Scheme::Basic | Scheme::Token, None) => Err(ApiError::not_authenticated(endpoint.scheme.challenge())),
        (Scheme::Open, _) if safe => Ok(()),
        (Scheme::Open, Some(account)) if account.role == Role::Staff => Ok(()),
        (Scheme::Open, Some(_)) => Err(ApiError::permission_denied()),
        (Scheme::Open, None) => Err(ApiError::not_authenticated(None)),
    }
}

/// Such as `http://127.0.0.1:8000`, for absolute URLs.
pub fn base_url(app: &App, host: Option<&RequestHost>) -> String {
    let authority = host.map_or("localhost", |host| host.authority.as_str());
    let configured = app.config.base_url.as_deref();
    let secure = configured.is_some_and(|url| url.strip_prefix("https://").is_some_and(|own| own == authority));
    let secure = secure || host.is_some_and(|host| host.https);
    format!("{}://{authority}", if secure { "https" } else { "http" })
}

fn metadata(endpoint: Endpoint) -> Answer {
    Answer::of(&MetadataJson {
        name: endpoint.name,
        description: "",
        renders: ["application/json", "text/html"],
        parses: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    })
}

/// An answer before it took its form.
struct Answered {
    status: StatusCode,
    challenge: Option<HeaderValue>,
    retry_after: Option<HeaderValue>,
    answer: Answer,
}

impl Answered {
    fn new(answered: Result<Answer, ApiError>) -> Self {
        match answered {
            Ok(answer) => Self { status: answer.status, challenge: None, retry_after: None, answer },
            Err(error) => {
                if let Some(log) = &error.log {
                    tracing::error!(status = %error.status, "{log}");
                }
                let answer = match error.fields.is_empty() {
                    true => Answer::of(&serde_json::json!({ "detail": error.detail })),
                    false => Answer::of(&FieldErrorsJson(&error.fields)),
                };
                Self { status: error.status, challenge: error.challenge, retry_after: error.retry_after, answer }
            }
        }
    }

    fn json(self, endpoint: Endpoint, indent: Option<usize>, head: bool) -> Response {
        let cache = self.answer.cache;
        let body = indent.and_then(|indent| indented(&self.answer.json, indent)).unwrap_or(self.answer.json);
        let body = without_line_separators(body);
        let length = body.len();
        let mut response = Response::new(if head { Body::empty() } else { Body::from(body) });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if self.status != StatusCode::NO_CONTENT {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(header::CONTENT_LENGTH, length.into());
        }
        describe(headers, endpoint, self.challenge, self.retry_after, cache);
        response
    }

    /// The same for people. A theme without such a page leaves them the JSON.
    fn page(self, app: &App, endpoint: Endpoint, parts: &http::request::Parts) -> Response {
        let body = indented(&self.answer.json, 4).unwrap_or_default();
        // A page has words, whatever it is about.
        let status = if self.status == StatusCode::NO_CONTENT { StatusCode::OK } else { self.status };
        match browsable::draw(app, endpoint, parts, self.status, &body) {
            Ok(mut response) => {
                *response.status_mut() = status;
                describe(response.headers_mut(), endpoint, self.challenge, self.retry_after, self.answer.cache);
                response
            }
            Err(_) => self.json(endpoint, Some(4), parts.method == Method::HEAD),
        }
    }
}

/// The headers that an answer has in every form.
fn describe(
    headers: &mut HeaderMap,
    endpoint: Endpoint,
    challenge: Option<HeaderValue>,
    retry_after: Option<HeaderValue>,
    cache: &'static str,
) {
    headers.insert(header::VARY, HeaderValue::from_static(endpoint.vary));
    headers.insert(header::ALLOW, HeaderValue::from_static(endpoint.allow));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(retry_after) = retry_after {
        headers.insert(header::RETRY_AFTER, retry_after);
    }
    if let Some(challenge) = challenge {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
}

/// The same JSON on several lines; the order of fields stays.
fn indented(compact: &str, indent: usize) -> Option<String> {
    let spaces = " ".repeat(indent);
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    let mut deserializer = serde_json::Deserializer::from_str(compact);
    serde_transcode::transcode(&mut deserializer, &mut serializer).ok()?;
    String::from_utf8(bytes).ok()
}

/// Old JavaScript ends a line at U+2028 and U+2029, in the middle of a string; the reference's framework escapes them.
/// JSON has them in strings only, so nothing but strings is touched.
fn without_line_separators(json: String) -> String {
    match json.contains(['\u{2028}', '\u{2029}']) {
        true => json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"),
        false => json,
    }
}
