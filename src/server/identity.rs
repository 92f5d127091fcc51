//! Identity: who is asking, from the session cookie.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, CookieBuilder, SameSite};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::caching::{uncached, unstored};
use super::config::ServerConfig;
use super::forwarded::Way;
use super::header_text::header_text;
use super::local_path::LocalPath;
use super::operation::Route;
use super::problem::Problem;
use crate::school::{Account, Device, DeviceToken, SESSION_LIFETIME, School, Token};

/// The reference application's name for it.
const SESSION_COOKIE: &str = "sessionid";

/// Whoever asks: somebody with a session, or nobody.
#[derive(Debug, Clone)]
pub struct Caller(pub Option<Account>);

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Arc<School>: FromRef<S>,
{
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Self::of(&Arc::<School>::from_ref(state), &parts.headers).await?;
        Route::tell(&parts.extensions, caller.0.as_ref());
        Ok(caller)
    }
}

impl Caller {
    /// Asks the school, if there is a session cookie at all.
    pub async fn of(school: &School, headers: &HeaderMap) -> Result<Self, Problem> {
        match session_token(headers) {
            Some(token) => Ok(Self(school.identify(&token).await?)),
            None => Ok(Self(None)),
        }
    }
}

/// What a request comes with and from where.
#[derive(Debug, Clone)]
pub struct Client(pub Device);

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let agent = parts.headers.get(header::USER_AGENT).map(header_text);
        Ok(Self(Device::new(&agent.unwrap_or_default(), Some(Way::of(parts).client))))
    }
}

/// Somebody with a session; others are sent to sign in and come back. Row U8.
#[derive(Debug, Clone)]
pub struct Student(pub Account);

impl<S> FromRequestParts<S> for Student
where
    S: Send + Sync,
    Arc<School>: FromRef<S>,
{
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Caller(account) = Caller::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        account.map(Self).ok_or_else(|| {
            // What a form sent cannot come back; its address can.
            let query = parts.uri.query().filter(|_| parts.method == Method::GET);
            redirect(&sign_in_to_see(parts.uri.path(), query))
        })
    }
}

/// The sign-in page, which then leads to `path`.
pub fn sign_in_to_see(path: &str, query: Option<&str>) -> LocalPath {
    let wanted = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    LocalPath::new(&wanted).as_parameter_of("/accounts/login/", "next")
}

/// `302 Found`, as the reference application redirects; where to depends on who asks.
pub fn redirect(to: &LocalPath) -> Response {
    uncached((StatusCode::FOUND, [(header::LOCATION, to.header())]).into_response())
}

/// The token in a request's cookies.
pub fn session_token(headers: &HeaderMap) -> Option<Token> {
    // Another cookie of this host may hold any bytes: they must not sign anybody out.
    let sent = headers.get_all(header::COOKIE).iter().map(header_text);
    let token = |text: &str| {
        let mut cookies = Cookie::split_parse(text).filter_map(Result::ok);
        let session = cookies.find(|cookie| cookie.name() == SESSION_COOKIE)?;
        Token::parse(session.value())
    };
    sent.filter_map(|text| token(&text)).next()
}

/// Makes a request one of this session's, before any cookie that it came with.
pub fn put_session(headers: &mut HeaderMap, token: &Token) {
    let sent: Vec<_> = headers.get_all(header::COOKIE).iter().cloned().collect();
    headers.insert(header::COOKIE, header_of(Cookie::build((SESSION_COOKIE, token.to_text()))));
    for cookies in sent {
        headers.append(header::COOKIE, cookies);
    }
}

/// `Set-Cookie` that keeps a session.
pub fn session_cookie(token: &Token, config: &ServerConfig) -> HeaderValue {
    let max_age = cookie::time::Duration::seconds(SESSION_LIFETIME.as_secs());
    header_of(cookie(token.to_text(), config).max_age(max_age))
}

/// `Set-Cookie` that makes a browser forget its session.
pub fn no_session_cookie(config: &ServerConfig) -> HeaderValue {
    header_of(cookie(String::new(), config).removal())
}

/// An answer that sets a cookie, and so must be kept by nobody.
pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    unstored(response)
}

/// The name of a device token's cookie begins with this; the account's id follows.
const DEVICE_COOKIE: &str = "device-";

/// More accounts than sign in with one browser.
const MAX_DEVICES: usize = 16;

/// The device tokens in a request's cookies.
pub fn device_tokens(headers: &HeaderMap) -> Vec<DeviceToken> {
    let sent = headers.get_all(header::COOKIE).iter().map(header_text);
    let mut tokens = Vec::new();
    for text in sent {
        let cookies = Cookie::split_parse(text.as_ref()).filter_map(Result::ok);
        let devices = cookies.filter(|cookie| cookie.name().starts_with(DEVICE_COOKIE));
        tokens.extend(devices.filter_map(|cookie| DeviceToken::parse(cookie.value())));
    }
    tokens.truncate(MAX_DEVICES);
    tokens
}

/// `Set-Cookie` that keeps a device token, where it is asked for and nowhere else.
pub fn device_cookie(token: &DeviceToken, config: &ServerConfig) -> HeaderValue {
    // Browsers keep none for longer.
    let max_age = cookie::time::Duration::days(400);
    let name = format!("{DEVICE_COOKIE}{}", token.account());
    let cookie = Cookie::build((name, token.to_text())).path("/accounts/login/").http_only(true);
    header_of(cookie.same_site(SameSite::Strict).secure(config.is_https()).max_age(max_age))
}

fn cookie(value: String, config: &ServerConfig) -> CookieBuilder<'static> {
    let cookie = Cookie::build((SESSION_COOKIE, value)).path("/").http_only(true).same_site(SameSite::Lax);
    cookie.secure(config.is_https())
}

fn header_of(cookie: CookieBuilder<'static>) -> HeaderValue {
    HeaderValue::from_str(&cookie.build().to_string()).expect("a cookie of letters, digits and dots is a header")
}
