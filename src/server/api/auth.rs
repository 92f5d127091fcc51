//! Signing in and out of programs: `/api/auth/…`, in the shapes that clients of the reference's framework know. Rows U14,
//! U20–U24.
//!
//! Signing in, registering and refreshing ask for nobody's credentials but those in the body: a program whose token has
//! ended may send it along all the same.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, State};
use axum::response::Response;

use super::answer::Answer;
use super::body::{Fields, Rule, SECRET, TEXT};
use super::call::{Call, Endpoint, Received};
use super::config::Scope;
use super::credentials::{Scheme, TOKEN_CHALLENGE};
use super::error::ApiError;
use super::wire::{ConfirmingJson, GrantedJson, UserJson};
use crate::school::{
    Account, Credentials, Device, Granted, Proof, RefreshToken, Registration, RegistrationMistakes, TokenKey,
};
use crate::server::app::App;
use crate::server::identity::Client;
use crate::server::letters::Scribe;

const fn to_sign_in(name: &'static str) -> Endpoint {
    Endpoint {
        name,
        scheme: Scheme::Nobody,
        allow: "POST, OPTIONS",
        vary: "Accept",
        throttle: Some(Scope::Login),
        also: None,
    }
}

const fn of_a_program(name: &'static str, allow: &'static str) -> Endpoint {
    Endpoint { name, scheme: Scheme::Token, allow, vary: "Accept, Cookie", throttle: None, also: None }
}

/// `login`
pub const LOGIN: Endpoint = to_sign_in("Login");
/// `register`
pub const REGISTER: Endpoint = to_sign_in("Register");
/// `refresh`
pub const REFRESH: Endpoint = to_sign_in("Token Refresh");
/// `logout`
pub const LOGOUT: Endpoint = of_a_program("Logout", "POST, OPTIONS");
/// `logout_all`
pub const LOGOUT_ALL: Endpoint = of_a_program("Logout All", "POST, OPTIONS");
/// `user`
pub const USER: Endpoint = of_a_program("User", "GET, HEAD, OPTIONS");

/// A refresh token has 128 characters.
pub const REFRESH_TOKEN: Rule = Rule { trimmed: true, max: 128 };

const NO_LOGIN: &str = "Unable to log in with provided credentials.";

/// One text for one that was used before, is too old, or never was.
const NO_REFRESH: &str = "Token is invalid or expired.";

const CONFIRM: &str = "The mail address must be confirmed first. A letter with a link is on its way.";

/// `POST /api/auth/login/` (`username`, `password`)
pub async fn auth_login(State(app): State<App>, request: Received) -> Response {
    let (scribe, device, request) = outfit(&app, request).await;
    Call::run(app, LOGIN, request, async |call| {
        let Call { app, body, .. } = call;
        let mut fields = body.fields().await?;
        let (login, password) = (fields.text("username", TEXT), fields.text("password", SECRET));
        let (login, password) = fields.checked((login, password))?;
        let address = device.address;
        let credentials = Credentials { login: &login, password: &password, devices: &[], address };
        match app.school.prove(credentials).await? {
            Proof::Yes(account) => grant(&app, *account, &device).await,
            Proof::Unconfirmed(account) => {
                if let Some(email) = &account.email {
                    // If it is too early for another letter, one is under way.
                    let _ = app.school.ask_to_confirm(&account, email, &scribe, address).await?;
                }
                Err(non_field(CONFIRM))
            }
            Proof::No => {
                tracing::info!("a program's sign-in failed");
                Err(non_field(NO_LOGIN))
            }
            Proof::Later(wait) => Err(ApiError::throttled(wait)),
        }
    })
    .await
}

/// `POST /api/auth/register/` (`username`, `password`, perhaps `email`): by the rules of the registration page.
pub async fn auth_register(State(app): State<App>, request: Received) -> Response {
    let (scribe, device, request) = outfit(&app, request).await;
    Call::run(app, REGISTER, request, async |call| {
        let Call { app, body, .. } = call;
        let registration = registration(body.fields().await?)?;
        app.school.may_register(&device).map_err(|early| ApiError::throttled(early.0))?;
        let registered = match app.school.validate(registration).await? {
            Ok(valid) => app.school.register(valid, device.address).await?,
            Err(mistakes) => Err(mistakes),
        };
        let account = registered.map_err(|mistakes| ApiError::invalid(by_field(mistakes)))?;
        tracing::info!(account = %account.id, "registered by a program");
        if let Some(email) = &account.email {
            let _ = app.school.ask_to_confirm(&account, email, &scribe, device.address).await?;
        }
        match account.active {
            true => Ok(grant(&app, account, &device).await?.created()),
            false => Ok(Answer::of(&ConfirmingJson { user: UserJson::new(&account), detail: CONFIRM }).created()),
        }
    })
    .await
}

/// `POST /api/auth/token/refresh/` (`refresh`): the next token, and the next refresh token. The ones before end.
pub async fn auth_refresh(State(app): State<App>, request: Received) -> Response {
    Call::run(app, REFRESH, request, async |call| {
        let Call { app, body, address, .. } = call;
        let mut fields = body.fields().await?;
        let refresh = fields.text("refresh", REFRESH_TOKEN);
        let refresh = RefreshToken::parse(&fields.checked(refresh)?);
        let granted = match refresh {
            Some(refresh) => app.school.refresh(&refresh, address).await?,
            None => None,
        };
        let granted = granted.ok_or_else(|| ApiError::unauthenticated(NO_REFRESH, Some(TOKEN_CHALLENGE)))?;
        Ok(answer(&granted))
    })
    .await
}

/// `POST /api/auth/logout/`: ends the token that the request came with, and its family.
pub async fn auth_logout(State(app): State<App>, request: Received) -> Response {
    Call::run(app, LOGOUT, request, async |call| {
        let (account, token) = shown(&call)?;
        call.app.school.end_token(account, token, call.address).await?;
        Ok(Answer::nothing())
    })
    .await
}

/// `POST /api/auth/logoutall/`: ends all tokens of the account, for who shows one of them: its page asks for the password.
/// Sessions in browsers go on.
pub async fn auth_logout_all(State(app): State<App>, request: Received) -> Response {
    Call::run(app, LOGOUT_ALL, request, async |call| {
        let (account, _) = shown(&call)?;
        call.app.school.end_tokens(account, call.address).await?;
        Ok(Answer::nothing())
    })
    .await
}

/// The token that a request came with. By a password or a session there is nothing to sign out of.
fn shown(call: &Call) -> Result<(&Account, TokenKey), ApiError> {
    let token = call.token.ok_or_else(|| ApiError::not_authenticated(Some(TOKEN_CHALLENGE)))?;
    Ok((call.student()?, token))
}

/// `GET /api/auth/user/`
pub async fn auth_user(State(app): State<App>, request: Received) -> Response {
    Call::run(app, USER, request, async |call| Ok(Answer::of(&UserJson::new(call.student()?)))).await
}

/// What signing in needs besides the call: who writes letters, and with what the program comes.
async fn outfit(app: &App, mut request: Received) -> (Scribe, Device, Received) {
    let parts = Arc::make_mut(&mut request.parts);
    let Ok(scribe) = Scribe::from_request_parts(parts, app).await;
    let Ok(Client(device)) = Client::from_request_parts(parts, app).await;
    (scribe, device, request)
}

async fn grant(app: &App, account: Account, device: &Device) -> Result<Answer, ApiError> {
    let id = account.id;
    let granted = app.school.sign_in_program(account, device).await?;
    let granted = granted.map_err(|_| ApiError::too_many_tokens())?;
    tracing::info!(account = %id, "a program signed in");
    Ok(answer(&granted))
}

fn answer(granted: &Granted) -> Answer {
    Answer::of(&GrantedJson::new(granted)).secret()
}

fn non_field(mistake: &str) -> ApiError {
    ApiError::invalid(vec![("non_field_errors", vec![mistake.to_owned()])])
}

/// A user name or an address, before the school looked at it.
pub const NAME: Rule = Rule { trimmed: true, max: 1_000 };

/// What was filled in. How long a name may be, and what is a name at all, the school says.
fn registration(mut fields: Fields) -> Result<Registration, ApiError> {
    let (username, email) = (fields.text("username", NAME), fields.optional_text("email", NAME));
    let password = fields.text("password", SECRET);
    fields.checked(Registration { username, email, password1: password.clone(), password2: password })
}

/// The page asks for the password twice, a program sends it once.
fn by_field(mistakes: RegistrationMistakes) -> Vec<(&'static str, Vec<String>)> {
    let RegistrationMistakes { username, email, password1, password2 } = mistakes;
    let password = [password1, password2].concat();
    let fields = [("username", username), ("email", email), ("password", password)];
    fields.into_iter().filter(|(_, mistakes)| !mistakes.is_empty()).collect()
}
