//! Drawing: views through the theme, with what all pages of the server share.

use std::sync::Arc;

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use super::outlook::enrollment;
use crate::course::{Course, CourseId, Language, routes};
use crate::school::{Account, Denied};
use crate::server::app::App;
use crate::server::caching::uncached;
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::server::publication::Publication;
use crate::theme::{ErrorView, ForbiddenView, LinkView, NotBegunView, NotFoundView, PageView, View};

/// Draws pages of one publication.
pub struct Pages {
    /// What is being served.
    pub publication: Arc<Publication>,
    lang: Language,
}

impl Pages {
    /// Pages in the site's language.
    pub fn new(app: &App) -> Self {
        Self { publication: app.shelf.current(), lang: app.shelf.source().lang.clone() }
    }

    /// The same in another language, if one is wanted.
    pub fn in_language(app: &App, lang: Option<Language>) -> Self {
        let pages = Self::new(app);
        Self { lang: lang.unwrap_or(pages.lang), ..pages }
    }

    /// A word of the theme.
    pub fn word(&self, key: &str) -> String {
        self.publication.theme.words(&self.lang).get(key).to_owned()
    }

    /// The head of a page: never indexed, in the site's language.
    pub fn page(&self, title: String, address: &str) -> PageView {
        PageView {
            title,
            lang: self.lang.to_string(),
            dir: self.lang.direction().as_str(),
            description: String::new(),
            address: address.to_owned(),
            canonical: None,
            indexed: false,
            feed: None,
            kind: "website",
            locale: None,
            linked_data_html: String::new(),
        }
    }

    /// The page of a view, kept by nobody.
    pub fn draw<V: View>(&self, view: &V) -> Result<Response, Problem> {
        Ok(uncached(Html(self.publication.theme.render(view)?).into_response()))
    }
}

/// Where the contents of a course begin.
pub fn contents_address(course: CourseId) -> String {
    format!("/students/course/{course}/")
}

/// Where somebody decides about a course.
pub fn enroll_address(course: CourseId) -> LocalPath {
    LocalPath::new(&format!("/students/enroll-course/?course={course}"))
}

/// A link to a course's overview.
pub fn course_link(course: &Course) -> LinkView {
    LinkView { title: course.title.clone(), address: routes::course(&course.slug).href() }
}

/// 403: with a way to enroll, or the date when the course begins. Row E7.
pub async fn refused(app: &App, account: Option<&Account>, denied: Denied) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let catalog = &pages.publication.catalog;
    let page = match denied {
        Denied::Anonymous => return forbidden(app),
        Denied::NotEnrolled(id) => {
            let Some(course) = catalog.course(id) else { return forbidden(app) };
            pages.draw(&ForbiddenView {
                page: pages.page(pages.word("forbidden"), ""),
                course: Some(course_link(course)),
                enrollment: Some(enrollment(app, catalog, account, course, &enroll_address(id)).await?),
            })?
        }
        Denied::NotBegun(id, begins) => {
            let Some(course) = catalog.course(id) else { return forbidden(app) };
            pages.draw(&NotBegunView {
                page: pages.page(pages.word("not_begun"), ""),
                course: course_link(course),
                begins: begins.to_string(),
            })?
        }
    };
    Ok((StatusCode::FORBIDDEN, page).into_response())
}

/// 403 about nothing in particular.
pub fn forbidden(app: &App) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let view = ForbiddenView { page: pages.page(pages.word("forbidden_title"), ""), course: None, enrollment: None };
    Ok((StatusCode::FORBIDDEN, pages.draw(&view)?).into_response())
}

/// 404.
pub fn not_found(app: &App) -> Response {
    let pages = Pages::new(app);
    let view = NotFoundView { page: pages.page(pages.word("not_found"), "") };
    match pages.draw(&view) {
        Ok(page) => (StatusCode::NOT_FOUND, page).into_response(),
        Err(problem) => plain(&problem),
    }
}

/// Any other refusal.
pub fn error(app: &App, problem: &Problem) -> Response {
    if problem.status == StatusCode::NOT_FOUND {
        return not_found(app);
    }
    let pages = Pages::new(app);
    let title = problem.status.canonical_reason().unwrap_or("Error").to_owned();
    let view =
        ErrorView { page: pages.page(title, ""), status: problem.status.as_u16(), detail: problem.detail.clone() };
    match pages.draw(&view) {
        Ok(page) => (problem.status, page).into_response(),
        Err(_) => plain(problem),
    }
}

/// The last resort: a theme whose error page fails must not hide the error.
fn plain(problem: &Problem) -> Response {
    (problem.status, problem.detail.clone()).into_response()
}
