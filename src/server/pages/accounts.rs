//! Accounts: register, sign in, sign out. Rows U2–U6.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};

use super::draw::Pages;
use super::form::Form;
use super::outlook::enrollment;
use super::own_account::{in_words, too_many};
use super::recovery::{CONFIRM_SENT, notice};
use crate::course::{CourseId, Language};
use crate::school::{Account, Credentials, Proof, Registration, RegistrationMistakes, School};
use crate::server::app::App;
use crate::server::config::ServerConfig;
use crate::server::identity::{
    Caller, Client, device_cookie, device_tokens, no_session_cookie, redirect, session_cookie, session_token,
    with_cookie,
};
use crate::server::letters::Scribe;
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{AccountBarView, FieldView, LoginView, LogoutView, RegisterView};

/// Where one signs in.
pub const LOGIN: &str = "/accounts/login/";
const LOGOUT: &str = "/accounts/logout/";
/// Where one makes an account.
pub const REGISTER: &str = "/students/register/";

/// Where somebody goes who did not say where.
const MY_COURSES: &str = "/students/courses/";

/// One text for an unknown user and a wrong password: which of the two it was is nobody's business.
const BAD_CREDENTIALS: &str = "Please enter a correct username and password. Note that the password is case-sensitive.";

/// `GET /accounts/login/`
pub async fn login_form(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let next = LocalPath::parse(form.get("next"));
    if caller.0.is_some() {
        return Ok(redirect(&destination(next)));
    }
    draw_login(&app, next, "", Vec::new())
}

/// `POST /accounts/login/`
pub async fn login(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    scribe: Scribe,
    form: Form,
) -> Result<Response, Problem> {
    let next = LocalPath::parse(form.get("next"));
    let (login, password) = (form.get("username"), form.get("password"));
    let devices = device_tokens(&headers);
    let credentials = Credentials { login, password, devices: &devices, address: client.0.address };
    match app.school.prove(credentials).await? {
        Proof::Yes(account) => arrive(&app, &client, &headers, *account, next, "signed in").await,
        Proof::Unconfirmed(account) => {
            if let Some(email) = &account.email {
                // If it is too early for another letter, one is under way.
                let _ = app.school.ask_to_confirm(&account, email, &scribe, client.0.address).await?;
            }
            notice(&app, "confirm_first", &["confirm_first_text", "letter_missing"], None)
        }
        Proof::No => {
            tracing::info!("a sign-in failed");
            draw_login(&app, next, login, vec![BAD_CREDENTIALS.to_owned()])
        }
        Proof::Later(wait) => {
            let page = draw_login(&app, next, login, vec![in_words(&app, "too_many_tries", wait)])?;
            Ok(too_many(page, wait))
        }
    }
}

/// `GET /students/register/`
pub async fn register_form(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let next = LocalPath::parse(form.get("next"));
    if caller.0.is_some() {
        return Ok(redirect(&destination(next)));
    }
    draw_register(&app, &form, RegistrationMistakes::default())
}

/// `POST /students/register/`: signs in at once. Who is signed in already has an account.
pub async fn register(
    State(app): State<App>,
    caller: Caller,
    client: Client,
    headers: HeaderMap,
    scribe: Scribe,
    form: Form,
) -> Result<Response, Problem> {
    let next = LocalPath::parse(form.get("next"));
    if caller.0.is_some() {
        return Ok(redirect(&destination(next)));
    }
    app.school.may_register(&client.0)?;
    let registration = Registration {
        username: form.get("username").to_owned(),
        email: form.get("email").to_owned(),
        password1: form.get("password1").to_owned(),
        password2: form.get("password2").to_owned(),
    };
    let registered = match app.school.validate(registration).await? {
        Ok(valid) => app.school.register(valid, client.0.address).await?,
        Err(mistakes) => Err(mistakes),
    };
    match registered {
        Ok(account) => {
            if let Some(email) = &account.email {
                // If too many letters went there already, their account page asks for another one later.
                let _ = app.school.ask_to_confirm(&account, email, &scribe, client.0.address).await?;
            }
            match account.active {
                true => arrive(&app, &client, &headers, account, next, "registered").await,
                false => {
                    tracing::info!(account = %account.id, "registered, and to be confirmed");
                    Ok(redirect(&LocalPath::new(CONFIRM_SENT)))
                }
            }
        }
        Err(mistakes) => draw_register(&app, &form, mistakes),
    }
}

/// `GET /accounts/logout/`: asks, or says that nobody is signed in (any more).
pub async fn logout_form(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let signed_out = caller.0.is_none();
    let title = pages.word(if signed_out { "signed_out" } else { "sign_out" });
    let username = caller.0.map(|account| account.username.to_string()).unwrap_or_default();
    pages.draw(&LogoutView { page: pages.page(title, LOGOUT), signed_out, username })
}

/// `POST /accounts/logout/`: the session ends here, not only in the browser.
pub async fn logout(
    State(school): State<Arc<School>>,
    State(config): State<Arc<ServerConfig>>,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    replace_session(&school, &client, &headers).await?;
    Ok(with_cookie(redirect(&LocalPath::new(LOGOUT)), no_session_cookie(&config)))
}

/// `GET /accounts/bar/`: the pieces that a script puts into static pages. Rows C8 and C9.
///
/// The script says the language of its page in `Accept-Language`: the words of the bar stand among that page's.
pub async fn bar(State(app): State<App>, caller: Caller, headers: HeaderMap, form: Form) -> Result<Response, Problem> {
    let pages = Pages::in_language(&app, page_language(&headers));
    let next = LocalPath::parse(form.get("next"));
    let catalog = &pages.publication.catalog;
    let course = form.get("course").parse::<CourseId>().ok().and_then(|course| catalog.course(course));
    let enrollment = match course {
        Some(course) => {
            let here = next.clone().unwrap_or_else(|| LocalPath::new("/"));
            Some(enrollment(&app, catalog, caller.0.as_ref(), course, &here).await?)
        }
        None => None,
    };
    let bar = AccountBarView {
        page: pages.page(String::new(), ""),
        username: caller.0.map(|account| account.username.to_string()).unwrap_or_default(),
        login: with_next(LOGIN, next.as_ref()),
        register: with_next(REGISTER, next.as_ref()),
        enrollment,
    };
    let mut response = pages.draw(&bar)?;
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    Ok(response)
}

/// The first language of `Accept-Language`, if it names one.
fn page_language(headers: &HeaderMap) -> Option<Language> {
    let wanted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    wanted.split([',', ';']).next()?.trim().parse().ok()
}

/// Ends the session a request came with: a token known before signing in must not be worth anything after.
async fn replace_session(school: &School, client: &Client, headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(token) = session_token(headers) {
        school.sign_out(&token, client.0.address).await?;
    }
    Ok(())
}

/// Signs somebody in, ends the session they had before, and sends them where they wanted to go. The log says what was `done`.
async fn arrive(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
    account: Account,
    next: Option<LocalPath>,
    done: &str,
) -> Result<Response, Problem> {
    let signed_in = app.school.sign_in(account, client.0.clone()).await?;
    tracing::info!(account = %signed_in.account.id, "{done}");
    replace_session(&app.school, client, headers).await?;
    let device = app.school.device_token(&signed_in.account).await?;
    let response = with_cookie(redirect(&destination(next)), session_cookie(&signed_in.token, &app.config));
    Ok(with_cookie(response, device_cookie(&device, &app.config)))
}

fn destination(next: Option<LocalPath>) -> LocalPath {
    next.unwrap_or_else(|| LocalPath::new(MY_COURSES))
}

/// The address of the other form, `next` kept.
pub fn with_next(path: &str, next: Option<&LocalPath>) -> String {
    next.map_or_else(|| path.to_owned(), |next| next.as_parameter_of(path, "next").to_string())
}

fn draw_login(app: &App, next: Option<LocalPath>, login: &str, errors: Vec<String>) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    pages.draw(&LoginView {
        page: pages.page(pages.word("sign_in"), LOGIN),
        errors,
        username: FieldView { value: login.to_owned(), errors: Vec::new() },
        password: FieldView::default(),
        register: with_next(REGISTER, next.as_ref()),
        next: next.map(|next| next.to_string()).unwrap_or_default(),
    })
}

fn draw_register(app: &App, form: &Form, mistakes: RegistrationMistakes) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let next = LocalPath::parse(form.get("next"));
    let field = |name, errors| FieldView { value: form.get(name).to_owned(), errors };
    let secret = |errors| FieldView { value: String::new(), errors };
    pages.draw(&RegisterView {
        page: pages.page(pages.word("register"), REGISTER),
        username: field("username", mistakes.username),
        email: field("email", mistakes.email),
        email_required: app.school.rules.confirm_email,
        password1: secret(mistakes.password1),
        password2: secret(mistakes.password2),
        login: with_next(LOGIN, next.as_ref()),
        next: next.map(|next| next.to_string()).unwrap_or_default(),
    })
}
