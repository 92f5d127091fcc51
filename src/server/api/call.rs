//! A call of the API: one request on its walk through the checks.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use http::Method;
use http::request::Parts;

use super::answer::{Answer, Headers};
use super::base::Base;
use super::body::Incoming;
use super::config::Scope;
use super::credentials::{Asker, Scheme, authenticate};
use super::error::ApiError;
use super::lists::CatalogLists;
use super::negotiation::{Form, Kind, Negotiated, negotiate};
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
    /// What is counted of it besides who calls.
    pub throttle: Option<Scope>,
    /// A form that it has besides JSON and the page.
    pub also: Option<Kind>,
}

impl Endpoint {
    /// The same, counted under a scope of its own, too.
    pub const fn counted(self, scope: Scope) -> Self {
        Self { throttle: Some(scope), ..self }
    }

    /// The same, which also has another form.
    pub const fn also(self, form: Kind) -> Self {
        Self { also: Some(form), ..self }
    }

    /// Whether a method is among those of `Allow`.
    pub fn allows(&self, method: &Method) -> bool {
        // By one character: searching for two costs more than all else here.
        self.allow.split(',').any(|allowed| allowed.trim_start() == method.as_str())
    }
}

/// A public list or object.
pub const fn open(name: &'static str) -> Endpoint {
    Endpoint {
        name,
        scheme: Scheme::Open,
        allow: "GET, HEAD, OPTIONS",
        vary: "Accept, Cookie",
        throttle: None,
        also: None,
    }
}

/// An action that needs credentials.
pub const fn action(name: &'static str, allow: &'static str) -> Endpoint {
    Endpoint { name, scheme: Scheme::Basic, allow, vary: "Accept", throttle: None, also: None }
}

/// A request as handlers pass it on: its head stays where it is.
pub struct Received {
    /// The head.
    pub parts: Arc<Parts>,
    /// What follows.
    pub body: Body,
}

impl From<Request> for Received {
    fn from(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        Self { parts: Arc::new(parts), body }
    }
}

impl<S: Send + Sync> FromRequest<S> for Received {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(request.into())
    }
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
    /// In which form it wants its answer.
    pub form: Form,
    /// For absolute URLs.
    pub base: Base,
    /// From where.
    pub address: Option<IpAddr>,
    /// The head of the request.
    pub parts: Arc<Parts>,
}

impl Call {
    /// Walks a request through the checks before the object, then asks `answer` for it.
    pub async fn run<F>(app: App, endpoint: Endpoint, request: Received, answer: impl FnOnce(Call) -> F) -> Response
    where
        F: Future<Output = Result<Answer, ApiError>>,
    {
        let Received { parts, body } = request;
        let mut headers = Headers::new();
        let suffix = parts.extensions.get::<Suffix>();
        let Negotiated { form, refused } = match negotiate(&parts.uri, &parts.headers, suffix, endpoint.also) {
            Ok(negotiated) => negotiated,
            Err(error) => Negotiated { form: Form::Json { indent: None }, refused: Some(error) },
        };
        let checked = match refused {
            Some(error) => Err(error),
            None => Call::checked(app.clone(), endpoint, form, &parts, body, &mut headers).await,
        };
        let answered = match checked {
            Ok(call) if call.method == Method::OPTIONS => Ok(metadata(endpoint)),
            Ok(call) => answer(call).await,
            Err(error) => Err(error),
        };
        answered.unwrap_or_else(Answer::from).behind(headers).respond(&app, endpoint, form, &parts).await
    }

    /// Authentication, permission, throttle, method.
    async fn checked(
        app: App,
        endpoint: Endpoint,
        form: Form,
        parts: &Arc<Parts>,
        body: Body,
        headers: &mut Headers,
    ) -> Result<Self, ApiError> {
        let host = parts.extensions.get::<RequestHost>();
        let asker = authenticate(endpoint.scheme, &app.school, parts, host).await?;
        let (account, token) = asker.map(|Asker { account, token }| (account, token)).unzip();
        let token = token.flatten();
        Route::tell(&parts.extensions, account.as_ref());
        let (method, address) = (parts.method.clone(), Way::of(parts).client);
        permit(endpoint, account.as_ref(), &method)?;
        app.throttle.admit(endpoint.throttle, account.as_ref(), address, app.school.now(), headers)?;
        if !endpoint.allows(&method) {
            return Err(ApiError::method_not_allowed(&method));
        }
        let base = Base::of(&app, host);
        let publication = app.shelf.current();
        let body = Incoming::new(&parts.headers, body);
        let (parts, address) = (parts.clone(), Some(address));
        Ok(Self { app, publication, account, token, body, method, form, base, address, parts })
    }

    /// The lists of what is served.
    pub fn lists(&self) -> &CatalogLists {
        self.publication.kept.lists(&self.publication.catalog)
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

fn metadata(endpoint: Endpoint) -> Answer {
    Answer::of(&MetadataJson {
        name: endpoint.name,
        description: "",
        renders: [Kind::Json, Kind::Page].into_iter().chain(endpoint.also).map(Kind::media_type).collect(),
        parses: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    })
}
