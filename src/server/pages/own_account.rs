//! Somebody's own account: its password, its mail address, and where it is signed in. Row U26.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use jiff::SignedDuration;

use super::draw::Pages;
use super::form::Form;
use super::recovery::{CONFIRM_SENT, new_password};
use crate::school::{Account, NotAnEmail, PasswordMistakes, Proof, Session, TokenKey};
use crate::server::agent;
use crate::server::app::App;
use crate::server::identity::{Client, Student, redirect, session_cookie, session_token, with_cookie};
use crate::server::letters::Scribe;
use crate::server::local_path::LocalPath;
use crate::server::problem::{Problem, whole_seconds};
use crate::theme::{EmailView, FieldView, MyAccountView, NewPasswordView, SessionView, SessionsView};

const ACCOUNT: &str = "/accounts/";
const PASSWORD: &str = "/accounts/password/";
const EMAIL: &str = "/accounts/email/";
const SESSIONS: &str = "/accounts/sessions/";

/// The reference application's sentence.
const WRONG_OLD: &str = "Your old password was entered incorrectly. Please enter it again.";

/// `GET /accounts/`
pub async fn my_account(State(app): State<App>, Student(account): Student) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    pages.draw(&MyAccountView {
        page: pages.page(pages.word("account_page"), ACCOUNT),
        username: account.username.to_string(),
        email: account.email_or_empty().to_owned(),
        email_confirmed: account.email_confirmed,
    })
}

/// `GET /accounts/password/`
pub async fn password_form(State(app): State<App>, Student(account): Student) -> Result<Response, Problem> {
    draw_password(&app, &account, FieldView::default(), PasswordMistakes::default())
}

/// `POST /accounts/password/` (`old_password`, `new_password1`, `new_password2`)
pub async fn change_password(
    State(app): State<App>,
    Student(account): Student,
    client: Client,
    scribe: Scribe,
    form: Form,
) -> Result<Response, Problem> {
    if let Some(wrong) = wrong_password(&app, &account, form.get("old_password"), &client).await? {
        let old = match wrong.wait {
            Some(_) => wrong.field(),
            None => FieldView { value: String::new(), errors: vec![WRONG_OLD.to_owned()] },
        };
        return Ok(wrong.on(draw_password(&app, &account, old, PasswordMistakes::default())?));
    }
    match app.school.validate_password(new_password(&form), &account).await? {
        Ok(password) => {
            let signed_in = app.school.replace_password(&account, password, &scribe, client.0).await?;
            tracing::info!(account = %account.id, "a password was changed");
            Ok(with_cookie(redirect(&LocalPath::new(ACCOUNT)), session_cookie(&signed_in.token, &app.config)))
        }
        Err(mistakes) => draw_password(&app, &account, FieldView::default(), mistakes),
    }
}

/// `GET /accounts/email/`
pub async fn email_form(State(app): State<App>, Student(account): Student) -> Result<Response, Problem> {
    draw_email(&app, &account, FieldView::default(), FieldView::default())
}

/// `POST /accounts/email/` (`email`, `password`): the address counts once it is confirmed.
pub async fn change_email(
    State(app): State<App>,
    Student(account): Student,
    client: Client,
    scribe: Scribe,
    form: Form,
) -> Result<Response, Problem> {
    app.school.may_ask(&client.0)?;
    let mut field = FieldView { value: form.get("email").to_owned(), errors: Vec::new() };
    if let Some(wrong) = wrong_password(&app, &account, form.get("password"), &client).await? {
        return Ok(wrong.on(draw_email(&app, &account, field, wrong.field())?));
    }
    match form.get("email").parse() {
        Ok(email) => {
            app.school.change_email(&account, &email, &scribe, client.0.address).await??;
            Ok(redirect(&LocalPath::new(CONFIRM_SENT)))
        }
        Err(error) => {
            let error: NotAnEmail = error;
            field.errors.push(error.to_string());
            draw_email(&app, &account, field, FieldView::default())
        }
    }
}

/// `GET /accounts/sessions/`
pub async fn sessions(
    State(app): State<App>,
    Student(account): Student,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    draw_sessions(&app, &account, &headers, FieldView::default()).await
}

/// `POST /accounts/sessions/` (`end`: a session's id, or `others`; `password`)
pub async fn end_sessions(
    State(app): State<App>,
    Student(account): Student,
    client: Client,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let own = session_token(&headers).map(|token| token.key());
    let one = match (form.get("end"), own) {
        ("others", Some(_)) => None,
        (id, _) => Some(key(id).ok_or_else(|| Problem::bad_request("The form does not say which session is meant."))?),
    };
    if let Some(wrong) = wrong_password(&app, &account, form.get("password"), &client).await? {
        return Ok(wrong.on(draw_sessions(&app, &account, &headers, wrong.field()).await?));
    }
    match (one, own) {
        // One that is gone already is no mistake.
        (Some(key), _) => _ = app.school.end_session(&account, key, client.0.address).await?,
        (None, Some(own)) => app.school.end_other_sessions(&account, own, client.0.address).await?,
        (None, None) => {}
    }
    Ok(redirect(&LocalPath::new(SESSIONS)))
}

fn key(id: &str) -> Option<TokenKey> {
    blake3::Hash::from_hex(id).ok().map(|hash| TokenKey(*hash.as_bytes()))
}

fn session_view(session: &Session, own: Option<TokenKey>) -> SessionView {
    let (browser, system) = agent::words(session.device.agent());
    SessionView {
        id: blake3::Hash::from_bytes(session.key.0).to_hex().to_string(),
        current: own == Some(session.key),
        browser,
        system,
        address: session.device.address.map(|address| address.to_string()).unwrap_or_default(),
        since: session.created.to_string(),
        seen: session.seen.to_string(),
    }
}

fn draw_password(
    app: &App,
    account: &Account,
    old: FieldView,
    mistakes: PasswordMistakes,
) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let field = |errors| FieldView { value: String::new(), errors };
    pages.draw(&NewPasswordView {
        page: pages.page(pages.word("change_password"), PASSWORD),
        action: PASSWORD.to_owned(),
        errors: Vec::new(),
        username: account.username.to_string(),
        old: Some(old),
        password1: field(mistakes.password1),
        password2: field(mistakes.password2),
    })
}

fn draw_email(app: &App, account: &Account, email: FieldView, password: FieldView) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    pages.draw(&EmailView {
        page: pages.page(pages.word("change_email"), EMAIL),
        errors: Vec::new(),
        username: account.username.to_string(),
        email,
        password,
    })
}

async fn draw_sessions(
    app: &App,
    account: &Account,
    headers: &HeaderMap,
    password: FieldView,
) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let own = session_token(headers).map(|token| token.key());
    let sessions = app.school.sessions(account).await?;
    pages.draw(&SessionsView {
        page: pages.page(pages.word("sessions"), SESSIONS),
        username: account.username.to_string(),
        sessions: sessions.iter().map(|session| session_view(session, own)).collect(),
        password,
    })
}

/// Why a password that somebody was asked for is not enough.
pub struct WrongPassword {
    words: String,
    /// How long to wait before the next try, if it was not even looked at.
    wait: Option<SignedDuration>,
}

/// Whether whoever is signed in does not know the password, and so may not do what they ask for.
pub async fn wrong_password(
    app: &App,
    account: &Account,
    typed: &str,
    client: &Client,
) -> Result<Option<WrongPassword>, Problem> {
    Ok(match app.school.knows_password(account, typed, client.0.address).await? {
        Proof::Yes(_) => None,
        Proof::Later(wait) => Some(WrongPassword { words: in_words(app, "too_many_tries", wait), wait: Some(wait) }),
        Proof::No | Proof::Unconfirmed(_) => {
            Some(WrongPassword { words: Pages::new(app).word("wrong_password"), wait: None })
        }
    })
}

impl WrongPassword {
    /// The field of the password; what was typed does not come back.
    pub fn field(&self) -> FieldView {
        FieldView { value: String::new(), errors: vec![self.words.clone()] }
    }

    /// The answer that shows this page.
    pub fn on(&self, page: Response) -> Response {
        match self.wait {
            Some(wait) => too_many(page, wait),
            None => page,
        }
    }
}

/// How long to wait, in a sentence of the theme.
pub fn in_words(app: &App, sentence: &str, wait: SignedDuration) -> String {
    let pages = Pages::new(app);
    let seconds = whole_seconds(wait);
    let (n, unit) = if seconds < 60 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    let form = if n == 1 { "one" } else { "other" };
    let time = pages.word(&format!("{unit}_{form}")).replace("{n}", &n.to_string());
    pages.word(sentence).replace("{name}", &time)
}

/// 429 on this page, with the time to come back.
pub fn too_many(page: Response, wait: SignedDuration) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, page).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, whole_seconds(wait).into());
    response
}
