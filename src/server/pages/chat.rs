//! The chat room of a course, as a page: what was said, and a form to say something. Rows E10, E11, W1, W10.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::draw::{Pages, contents_address, course_link, forbidden, refused};
use super::form::Form;
use super::own_account::{in_words, too_many};
use crate::course::{CourseId, routes};
use crate::school::{Account, Content, Message, MessageText, Muted, Pass, Room, TooEarly, Unsaid, admit};
use crate::server::app::App;
use crate::server::identity::{Student, redirect};
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{ChatView, FieldView, MessageView};

/// How many messages a page shows.
const SHOWN: usize = 50;

/// `GET /chat/room/<id>/`
pub async fn room(
    State(app): State<App>,
    Student(account): Student,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    match enter(&app, &account, &id).await? {
        Ok(pass) => draw(&app, &account, &pass, FieldView::default()).await,
        Err(response) => Ok(response),
    }
}

/// `POST /chat/room/<id>/` (`message`)
pub async fn say(
    State(app): State<App>,
    Student(account): Student,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let pass = match enter(&app, &account, &id).await? {
        Ok(pass) => pass,
        Err(response) => return Ok(response),
    };
    let draft = |error| FieldView { value: form.get("message").to_owned(), errors: vec![error] };
    let text = match MessageText::parse(form.get("message")) {
        Ok(text) => text,
        Err(error) => {
            let page = draw(&app, &account, &pass, draft(error.to_string())).await?;
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
    };
    match app.live.say(pass.clone(), account.clone(), text).await? {
        Ok(_) => Ok(redirect(&LocalPath::new(&routes::chat(pass.thing().0).href()))),
        Err(Unsaid::TooEarly(TooEarly(wait))) => {
            let draft = draft(in_words(&app, "too_many_messages", wait));
            Ok(too_many(draw(&app, &account, &pass, draft).await?, wait))
        }
        Err(Unsaid::Muted(Muted { until })) => {
            let draft =
                draft(Pages::new(&app).word("muted_until").replace("{time}", &until.strftime("%F %R UTC").to_string()));
            Ok((StatusCode::FORBIDDEN, draw(&app, &account, &pass, draft).await?).into_response())
        }
    }
}

/// The way in, or the page that refuses it; the same for a course that does not exist (row E10).
async fn enter(app: &App, account: &Account, id: &str) -> Result<Result<Pass<Room>, Response>, Problem> {
    let known = id.parse::<CourseId>().ok().filter(|id| app.shelf.current().catalog.course(*id).is_some());
    let Some(course) = known else {
        return Ok(Err(forbidden(app)?));
    };
    let standing = app.school.standing(Some(account), course, &app.shelf.current().catalog).await?;
    match admit(&standing, Room(course)) {
        Ok(pass) => Ok(Ok(pass)),
        Err(denied) => Ok(Err(refused(app, Some(account), denied).await?)),
    }
}

async fn draw(app: &App, reader: &Account, pass: &Pass<Room>, draft: FieldView) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let Room(id) = *pass.thing();
    let course = pages.publication.catalog.course(id).ok_or_else(Problem::not_found)?;
    let messages = app.school.messages(pass, SHOWN).await?;
    let address = routes::chat(id).href();
    let title = pages.word("chat_of").replace("{name}", &course.title);
    pages.draw(&ChatView {
        page: pages.page(title, &address),
        course: course_link(course),
        course_id: id.get(),
        contents: contents_address(id),
        room: address,
        username: reader.username.to_string(),
        messages: messages
            .iter()
            .filter(|(message, _)| !matches!(message.content, Content::Removal { .. }))
            .map(|(message, author)| view(message, author, reader))
            .collect(),
        draft,
    })
}

fn view(message: &Message, author: &Account, reader: &Account) -> MessageView {
    MessageView {
        id: message.id,
        username: author.username.to_string(),
        mine: author.id == reader.id,
        text: message.text().map(|text| text.as_str().to_owned()),
        at: message.at.to_string(),
    }
}
