//! Whether somebody wants a letter a day about where they were mentioned. Off by default.

use axum::extract::State;
use axum::response::Response;

use super::draw::Pages;
use super::form::Form;
use crate::school::{Account, Email};
use crate::server::app::App;
use crate::server::identity::{Student, redirect};
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::DigestView;

/// Where it is decided; every digest names it.
pub const DIGEST: &str = "/accounts/digest/";

/// `GET /accounts/digest/?changed=`
pub async fn digest_form(State(app): State<App>, Student(account): Student, form: Form) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    pages.draw(&DigestView {
        page: pages.page(pages.word("digest"), DIGEST),
        possible: app.config.base_url.is_some(),
        on: app.school.digest_of(&account).await?.is_some(),
        changed: form.get("changed") == "1",
        email: confirmed(&account).map(|email| email.as_str().to_owned()).unwrap_or_default(),
    })
}

/// `POST /accounts/digest/` (`digest`: anything, or not sent)
pub async fn change_digest(State(app): State<App>, Student(account): Student, form: Form) -> Result<Response, Problem> {
    let on = !form.get("digest").is_empty();
    if on && confirmed(&account).is_none() {
        return Err(Problem::bad_request("There is no confirmed mail address to send anything to."));
    }
    app.school.set_digest(&account, on).await?;
    Ok(redirect(&LocalPath::new(&format!("{DIGEST}?changed=1"))))
}

fn confirmed(account: &Account) -> Option<&Email> {
    account.email.as_ref().filter(|_| account.email_confirmed)
}
