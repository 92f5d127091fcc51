//! Somebody's tokens for programs: made, shown once, revoked. Rows U20–U23.

use axum::extract::State;
use axum::response::Response;

use super::draw::Pages;
use super::form::Form;
use super::own_account::wrong_password;
use crate::school::{Account, ApiToken, TOKEN_DAYS, TokenKey, TokenName};
use crate::server::app::App;
use crate::server::caching::unstored;
use crate::server::identity::{Client, Student, redirect};
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{FieldView, LifetimeView, TokenView, TokensView};

const TOKENS: &str = "/accounts/tokens/";

/// What the page shows besides the tokens.
#[derive(Default)]
struct Shown {
    /// A token that was just made.
    made: String,
    errors: Vec<String>,
    name: FieldView,
    days: u16,
    password: FieldView,
}

/// `GET /accounts/tokens/`
pub async fn tokens(State(app): State<App>, Student(account): Student) -> Result<Response, Problem> {
    draw(&app, &account, Shown::default()).await
}

/// `POST /accounts/tokens/` (`name`, `days`, `password`; or `revoke`: a token's id, or `all`, and `password`)
pub async fn change_tokens(
    State(app): State<App>,
    Student(account): Student,
    client: Client,
    form: Form,
) -> Result<Response, Problem> {
    match form.get("revoke") {
        "" => make(&app, &account, &client, &form).await,
        which => revoke(&app, &account, &client, which, form.get("password")).await,
    }
}

async fn make(app: &App, account: &Account, client: &Client, form: &Form) -> Result<Response, Problem> {
    let days = form.get("days").parse().ok().filter(|days| TOKEN_DAYS.contains(days));
    let days = days.ok_or_else(|| Problem::bad_request("The form does not say how long the token is to last."))?;
    let mut shown = Shown { days, ..Shown::default() };
    shown.name.value = form.get("name").to_owned();
    let name: TokenName = match form.get("name").parse() {
        Ok(name) if name == TokenName::default() => {
            shown.name.errors.push("This field is required.".to_owned());
            return draw(app, account, shown).await;
        }
        Ok(name) => name,
        Err(error) => {
            shown.name.errors.push(error.to_string());
            return draw(app, account, shown).await;
        }
    };
    if let Some(wrong) = wrong_password(app, account, form.get("password"), client).await? {
        shown.password = wrong.field();
        return Ok(wrong.on(draw(app, account, shown).await?));
    }
    match app.school.make_token(account, name, days, client.0.address).await? {
        // Not by way of a redirect: it is nowhere but in this answer.
        Ok(made) => {
            tracing::info!(account = %account.id, "a token was made");
            let shown = Shown { made: made.token.to_text(), ..Shown::default() };
            Ok(unstored(draw(app, account, shown).await?))
        }
        Err(_) => {
            shown.errors.push(Pages::new(app).word("too_many_tokens"));
            draw(app, account, shown).await
        }
    }
}

async fn revoke(
    app: &App,
    account: &Account,
    client: &Client,
    which: &str,
    password: &str,
) -> Result<Response, Problem> {
    let one = match which {
        "all" => None,
        id => Some(
            TokenKey::parse(id).ok_or_else(|| Problem::bad_request("The form does not say which token is meant."))?,
        ),
    };
    if let Some(wrong) = wrong_password(app, account, password, client).await? {
        let shown = Shown { password: wrong.field(), ..Shown::default() };
        return Ok(wrong.on(draw(app, account, shown).await?));
    }
    match one {
        // One that is gone already is no mistake.
        Some(key) => _ = app.school.end_token(account, key, client.0.address).await?,
        None => app.school.end_tokens(account, client.0.address).await?,
    }
    Ok(redirect(&LocalPath::new(TOKENS)))
}

async fn draw(app: &App, account: &Account, shown: Shown) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let tokens = app.school.tokens(account).await?;
    let days = if shown.days == 0 { TOKEN_DAYS[0] } else { shown.days };
    let lifetime =
        |of: u16| LifetimeView { days: of, words: pages.word(&format!("token_days_{of}")), chosen: of == days };
    pages.draw(&TokensView {
        page: pages.page(pages.word("tokens"), TOKENS),
        username: account.username.to_string(),
        made: shown.made,
        errors: shown.errors,
        name: shown.name,
        lifetimes: TOKEN_DAYS.map(lifetime).into(),
        password: shown.password,
        tokens: tokens.iter().map(token_view).collect(),
    })
}

fn token_view(token: &ApiToken) -> TokenView {
    TokenView {
        id: token.key.to_text(),
        name: token.name.to_string(),
        created: token.created.to_string(),
        used: token.used.map(|used| used.to_string()).unwrap_or_default(),
        expires: token.ends().to_string(),
        renews: token.renewal.is_some(),
    }
}
