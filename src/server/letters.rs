//! Letters in the theme's words, with absolute links.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::app::App;
use super::middleware::RequestHost;
use super::pages::DIGEST;
use super::publication::Publication;
use crate::course::{Language, routes};
use crate::school::{Email, Letter, LetterWriter, MentionedIn, Occasion, Quote, SchoolError, Unwritten};
use crate::theme::{LetterCourse, LetterQuote, LetterView};

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

impl Scribe {
    /// Writes letters that no request asks for. They need to know where the school is found: nothing without `base_url`.
    pub fn of_the_school(app: &App) -> Option<Self> {
        let (publication, school) = (app.shelf.current(), app.config.base_url.clone()?);
        Some(Self { lang: publication.source.lang.clone(), publication, school })
    }

    fn course(&self, mentioned: &MentionedIn) -> LetterCourse {
        let room = format!("{}{}", self.school, routes::chat(mentioned.course).href());
        let quote = |quote: &Quote| LetterQuote {
            username: quote.by.to_string(),
            text: quote.text.clone(),
            link: format!("{room}#m{}", quote.id),
        };
        LetterCourse {
            title: mentioned.title.clone(),
            n_mentions: mentioned.n_mentions,
            quotes: mentioned.quotes.iter().map(quote).collect(),
            room,
        }
    }
}

/// Queues the digests that are due; returns how many.
pub async fn send_digests(app: &App) -> Result<usize, SchoolError> {
    match Scribe::of_the_school(app) {
        Some(scribe) => app.school.send_digests(&app.shelf.current().catalog, &scribe).await,
        None => Ok(0),
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
            Occasion::Mentions { username, .. } => ("mentions", Some(username), format!("{school}{DIGEST}")),
        };
        let courses = match occasion {
            Occasion::Mentions { courses, .. } => courses.iter().map(|course| self.course(course)).collect(),
            _ => Vec::new(),
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
            courses,
        };
        let drawn = theme.render_letter(template, &view, &self.lang);
        let (text, html) = drawn.map_err(|error| Unwritten(error.to_string()))?;
        Ok(Letter { to: to.clone(), subject, text, html: Some(html) })
    }
}
