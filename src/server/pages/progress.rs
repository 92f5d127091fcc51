//! Progress: a student says that a module is done, or that it is not, and sees how far they are.

use axum::extract::{Path, State};
use axum::response::Response;

use super::draw::{Pages, refused};
use super::form::Form;
use super::students::MY_COURSES;
use crate::course::{Course, CourseId, Module, routes};
use crate::school::{Progress, Study, admit};
use crate::server::app::App;
use crate::server::identity::{Student, redirect};
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{FinishedModule, LinkView, ProgressView};

/// `POST /students/course/<id>/done/` (`module`, `undo`): on to the next module, or to one's courses after the last.
pub async fn done(
    State(app): State<App>,
    Student(account): Student,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let catalog = &pages.publication.catalog;
    let id: CourseId = id.parse().map_err(|_| Problem::not_found())?;
    let course = catalog.course(id).ok_or_else(Problem::not_found)?;
    let standing = app.school.standing(Some(&account), id, catalog).await?;
    let module = wanted(course, form.get("module"))?;
    let study = match admit(&standing, Study { course, module }) {
        Ok(pass) => pass,
        Err(denied) => return refused(&app, Some(&account), denied).await,
    };
    if form.get("undo").is_empty() {
        app.school.finish_module(&study, &account).await?;
        let after = course.modules.iter().skip_while(|other| *other != module).nth(1);
        return Ok(redirect(&LocalPath::new(&after.map_or(MY_COURSES.to_owned(), |next| next.address.href()))));
    }
    app.school.reopen_module(&study, &account).await?;
    Ok(redirect(&LocalPath::new(MY_COURSES)))
}

/// The module that a form names: 400 if it names none, 404 if the course has none such (any more).
fn wanted<'a>(course: &'a Course, slug: &str) -> Result<&'a Module, Problem> {
    if slug.is_empty() {
        return Err(Problem::bad_request("The form does not say which module is meant."));
    }
    course.module(slug).ok_or_else(Problem::not_found)
}

/// How far somebody is in a course.
pub fn progress_view(progress: &Progress, course: &Course) -> ProgressView {
    let finished = progress.of(course).map(|(module, at)| FinishedModule {
        slug: module.slug().to_owned(),
        title: module.title.clone(),
        at: at.to_string(),
    });
    let finished: Vec<_> = finished.collect();
    let link = |module: &Module| LinkView { title: module.title.clone(), address: module.address.href() };
    ProgressView {
        done: finished.len(),
        modules: course.modules.len(),
        next: progress.next(course).map(link),
        action: routes::done(course.id).href(),
        finished,
    }
}
