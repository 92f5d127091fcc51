//! Letters' links: confirming a mail address, and a new password for who forgot the old one. Row U26.
//!
//! Nothing on these pages tells whether an account has an address.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::draw::Pages;
use super::form::Form;
use crate::school::{Account, Followed, NewPassword, PasswordMistakes, Token};
use crate::server::app::App;
use crate::server::caching::unstored;
use crate::server::identity::{Client, redirect};
use crate::server::letters::Scribe;
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{ConfirmView, FieldView, LinkView, NewPasswordView, NoticeView, ResetView};

const RESET: &str = "/accounts/reset/";
const RESET_SENT: &str = "/accounts/reset/sent/";
const RESET_DONE: &str = "/accounts/reset/done/";
const CONFIRM: &str = "/accounts/confirm/";

/// Where those go who were sent a link that confirms their address.
pub const CONFIRM_SENT: &str = "/accounts/confirm/sent/";

/// `GET /accounts/reset/`
pub async fn reset_form(State(app): State<App>) -> Result<Response, Problem> {
    draw_reset(&app, FieldView::default())
}

/// `POST /accounts/reset/` (`email`)
pub async fn ask_reset(
    State(app): State<App>,
    client: Client,
    scribe: Scribe,
    form: Form,
) -> Result<Response, Problem> {
    app.school.may_ask(&client.0)?;
    match form.get("email").parse() {
        Ok(email) => {
            app.school.ask_reset(&email, &scribe, client.0.address).await??;
            Ok(redirect(&LocalPath::new(RESET_SENT)))
        }
        Err(error) => {
            let error: crate::school::NotAnEmail = error;
            draw_reset(&app, FieldView { value: form.get("email").to_owned(), errors: vec![error.to_string()] })
        }
    }
}

/// `GET /accounts/reset/sent/`
pub async fn reset_sent(State(app): State<App>) -> Result<Response, Problem> {
    notice(&app, "reset_sent", &["reset_sent_text", "letter_missing"], None)
}

/// `GET /accounts/reset/done/`
pub async fn reset_done(State(app): State<App>) -> Result<Response, Problem> {
    notice(&app, "reset_done", &["reset_done_text"], Some(("sign_in", "/accounts/login/")))
}

/// `GET /accounts/confirm/sent/`
pub async fn confirm_sent(State(app): State<App>) -> Result<Response, Problem> {
    notice(&app, "confirm_sent", &["confirm_sent_text", "letter_missing"], None)
}

/// `GET /accounts/reset/<token>/`: looking does not use the link.
pub async fn new_password_form(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    match reset_of(&app, &token).await? {
        Some((token, account)) => draw_new_password(&app, &token, &account, PasswordMistakes::default()),
        None => no_link(&app),
    }
}

/// `POST /accounts/reset/<token>/` (`new_password1`, `new_password2`)
pub async fn reset(
    State(app): State<App>,
    client: Client,
    scribe: Scribe,
    Path(token): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    app.school.may_ask(&client.0)?;
    let Some((token, account)) = reset_of(&app, &token).await? else { return no_link(&app) };
    match app.school.validate_password(new_password(&form), &account).await? {
        Ok(password) => match app.school.reset_password(&token, password, &scribe, client.0.address).await? {
            Some(account) => {
                tracing::info!(account = %account.id, "a password was reset");
                Ok(redirect(&LocalPath::new(RESET_DONE)))
            }
            None => no_link(&app),
        },
        Err(mistakes) => draw_new_password(&app, &token, &account, mistakes),
    }
}

async fn reset_of(app: &App, token: &str) -> Result<Option<(Token, Account)>, Problem> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    match app.school.follow(&token).await? {
        Some(Followed::ResetPassword(account)) => Ok(Some((token, *account))),
        _ => Ok(None),
    }
}

/// `GET /accounts/confirm/<token>/`: a button, because programs that look through mail follow links.
pub async fn confirm_form(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    let Some(token) = Token::parse(&token) else { return no_link(&app) };
    let Some(Followed::ConfirmEmail(email)) = app.school.follow(&token).await? else { return no_link(&app) };
    let pages = Pages::new(&app);
    let action = format!("{CONFIRM}{}/", token.to_text());
    let page = pages.page(pages.word("confirm_email"), "");
    Ok(secret(pages.draw(&ConfirmView { page, action, email: email.as_str().to_owned() })?))
}

/// `POST /accounts/confirm/<token>/`
pub async fn confirm(State(app): State<App>, client: Client, Path(token): Path<String>) -> Result<Response, Problem> {
    app.school.may_ask(&client.0)?;
    let Some(token) = Token::parse(&token) else { return no_link(&app) };
    match app.school.confirm_email(&token, client.0.address).await? {
        Some(account) => {
            tracing::info!(account = %account.id, "an address was confirmed");
            let done = notice(&app, "confirm_done", &["confirm_done_text"], Some(("account_page", "/accounts/")));
            Ok(secret(done?))
        }
        None => no_link(&app),
    }
}

/// The two fields of a new password.
pub fn new_password(form: &Form) -> NewPassword {
    NewPassword { password1: form.get("new_password1").to_owned(), password2: form.get("new_password2").to_owned() }
}

/// A link that is none, was used, or is too old: which of these is nobody's business.
fn no_link(app: &App) -> Result<Response, Problem> {
    let page = notice(app, "no_link", &["no_link_text"], Some(("reset_password", RESET)))?;
    Ok(secret((StatusCode::NOT_FOUND, page).into_response()))
}

/// A page whose address nobody else may learn: it is not named to where its links lead. Not `no-referrer`, with which
/// browsers send forms without saying where they come from.
fn secret(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    unstored(response)
}

fn draw_reset(app: &App, email: FieldView) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    pages.draw(&ResetView { page: pages.page(pages.word("reset_password"), RESET), errors: Vec::new(), email })
}

fn draw_new_password(
    app: &App,
    token: &Token,
    account: &Account,
    mistakes: PasswordMistakes,
) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let field = |errors| FieldView { value: String::new(), errors };
    Ok(secret(pages.draw(&NewPasswordView {
        page: pages.page(pages.word("new_password_title"), ""),
        action: format!("{RESET}{}/", token.to_text()),
        errors: Vec::new(),
        username: account.username.to_string(),
        old: None,
        password1: field(mistakes.password1),
        password2: field(mistakes.password2),
    })?))
}

/// A page of a few words of the theme.
pub fn notice(app: &App, title: &str, texts: &[&str], link: Option<(&str, &str)>) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let link = link.map(|(word, address)| LinkView { title: pages.word(word), address: address.to_owned() });
    let texts = texts.iter().map(|text| pages.word(text)).collect();
    pages.draw(&NoticeView { page: pages.page(pages.word(title), ""), texts, link })
}
