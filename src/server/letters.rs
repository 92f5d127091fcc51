//! Letters in the theme's words, with absolute links.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::app::App;
use super::middleware::RequestHost;
use super::publication::Publication;
use crate::course::Language;
use crate::school::{Email, Letter, LetterWriter, Occasion, Unwritten};
use crate::theme::LetterView;

/// Writes the letters that one request makes necessary.
pub struct Scribe {
    publication: Arc<Publication>,
    lang: Language,
    /// Where the school is found: `base_url`, else the host that the request named, which was checked.
    school: String,
}

impl FromRequestParts<App> for Scribe {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let publication = app.shelf.current();
        let lang = publication.source.lang.clone();
        let school = app.config.base_url.clone().unwrap_or_else(|| own_url(parts.extensions.get::<RequestHost>()));
        Ok(Self { publication, lang, school })
    }
}

fn own_url(host: Option<&RequestHost>) -> String {
    let authority = host.map_or("localhost", |host| host.authority.as_str());
    let scheme = if host.is_some_and(|host| host.https) { "https" } else { "http" };
    format!("{scheme}://{authority}")
}

impl LetterWriter for Scribe {
    fn write(&self, to: &Email, occasion: Occasion<'_>) -> Result<Letter, Unwritten> {
        let school = &self.school;
        let (template, username, link) = match occasion {
            Occasion::ConfirmEmail { token } => {
                ("confirm_email", None, format!("{school}/accounts/confirm/{}/", token.to_text()))
            }
            Occasion::ResetPassword { username, token } => {
                ("reset_password", Some(username), format!("{school}/accounts/reset/{}/", token.to_text()))
            }
            Occasion::AddressTaken { username } => {
                ("address_taken", Some(username), format!("{school}/accounts/reset/"))
            }
            Occasion::AddressChanging { username } => {
                ("address_changing", Some(username), format!("{school}/accounts/reset/"))
            }
            Occasion::PasswordChanged { username } => {
                ("password_changed", Some(username), format!("{school}/accounts/reset/"))
            }
        };
        let theme = &self.publication.theme;
        let title = &theme.site().title;
        let subject = theme.words(&self.lang).get(&format!("letter_{template}_subject")).replace("{name}", title);
        let view = LetterView {
            lang: self.lang.to_string(),
            dir: self.lang.direction().as_str(),
            subject: subject.clone(),
            username: username.map(ToString::to_string).unwrap_or_default(),
            school: format!("{school}/"),
            link,
        };
        let drawn = theme.render_letter(template, &view, &self.lang);
        let (text, html) = drawn.map_err(|error| Unwritten(error.to_string()))?;
        Ok(Letter { to: to.clone(), subject, text, html: Some(html) })
    }
}
