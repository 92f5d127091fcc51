//! The chat room of a course, as a page: what was said, and forms to say something, take it back, or report it. Rows E10,
//! E11, W1, W10.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::draw::{Pages, contents_address, course_link, forbidden, refused};
use super::form::Form;
use super::moderation::moderation_address;
use super::own_account::{in_words, too_many};
use super::query;
use crate::course::{CourseId, routes};
use crate::school::{
    Account, Content, Message, MessageText, Moderate, Muted, NotPermitted, Pass, ReportReason, Reported, Room,
    Teaching, TooEarly, Unsaid, admit,
};
use crate::server::app::App;
use crate::server::identity::{Client, Student, redirect};
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{ChatView, FieldView, MessageView, ReportDraft, message_html};

/// How many messages a page shows.
pub const SHOWN: usize = 50;

/// What a page shows besides what was said.
#[derive(Default)]
struct Shown {
    /// Only what was said before this entry; all if there is nothing before it.
    before: Option<u64>,
    draft: FieldView,
    report: ReportDraft,
    /// The message that was just reported.
    reported: u64,
}

/// `GET /chat/room/<id>/?before=&reported=`
pub async fn room(
    State(app): State<App>,
    Student(account): Student,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    match enter(&app, &account, &id).await? {
        Ok(pass) => {
            let reported = form.get("reported").parse().unwrap_or_default();
            draw(&app, &account, &pass, Shown { before: before(&form), reported, ..Shown::default() }).await
        }
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
    let draft = |error| {
        let draft = FieldView { value: form.get("message").to_owned(), errors: vec![error] };
        Shown { draft, ..Shown::default() }
    };
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

/// `POST /chat/room/<id>/remove/` (`message`, `before`): takes back what one said oneself.
pub async fn take_back(
    State(app): State<App>,
    Student(account): Student,
    Client(device): Client,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let pass = match enter(&app, &account, &id).await? {
        Ok(pass) => pass,
        Err(response) => return Ok(response),
    };
    let message = message(&form)?;
    match app.school.remove_own_message(&pass, &account, message, device.address).await? {
        // One that is gone already is no mistake.
        Ok(removal) => {
            let Room(room) = *pass.thing();
            app.live.tell_of(room, removal.as_ref());
            Ok(redirect(&message_address(room, &form, message)))
        }
        Err(NotPermitted) => forbidden(&app),
    }
}

/// `POST /chat/room/<id>/report/` (`message`, `reason`, `before`)
pub async fn report(
    State(app): State<App>,
    Student(account): Student,
    Client(device): Client,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let pass = match enter(&app, &account, &id).await? {
        Ok(pass) => pass,
        Err(response) => return Ok(response),
    };
    let message = message(&form)?;
    let draft = |error| {
        let reason = FieldView { value: form.get("reason").to_owned(), errors: vec![error] };
        Shown { before: before(&form), report: ReportDraft { message, reason }, ..Shown::default() }
    };
    let reason = match ReportReason::parse(form.get("reason")) {
        Ok(reason) => reason,
        Err(error) => {
            let page = draw(&app, &account, &pass, draft(error.to_string())).await?;
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
    };
    match app.school.report(&pass, &account, message, reason, device.address).await? {
        Ok(Reported::Yes | Reported::Already) => {
            let reported = [("before", form.get("before")), ("reported", form.get("message"))];
            let room = query::address(&routes::chat(pass.thing().0).href(), &reported);
            Ok(redirect(&LocalPath::new(&format!("{room}#m{message}"))))
        }
        Ok(Reported::Own) => Err(Problem::bad_request("Nobody reports a message of their own.")),
        Ok(Reported::Gone) => Err(Problem::not_found()),
        Err(TooEarly(wait)) => {
            let draft = draft(in_words(&app, "too_many_reports", wait));
            Ok(too_many(draw(&app, &account, &pass, draft).await?, wait))
        }
    }
}

/// The message that a form is about.
pub fn message(form: &Form) -> Result<u64, Problem> {
    form.get("message").parse().map_err(|_| Problem::bad_request("The form does not say which message is meant."))
}

/// Before which entry somebody looks at a room.
pub fn before(form: &Form) -> Option<u64> {
    form.get("before").parse().ok().filter(|before| *before > 1)
}

/// A message in its room, on the page that a form was sent from.
pub fn message_address(course: CourseId, form: &Form, message: u64) -> LocalPath {
    let before = before(form).map(|before| before.to_string()).unwrap_or_default();
    let room = query::address(&routes::chat(course).href(), &[("before", &before)]);
    LocalPath::new(&format!("{room}#m{message}"))
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

async fn draw(app: &App, reader: &Account, pass: &Pass<Room>, shown: Shown) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let catalog = &pages.publication.catalog;
    let Room(id) = *pass.thing();
    let course = catalog.course(id).ok_or_else(Problem::not_found)?;
    let older = match shown.before {
        Some(before) => app.school.messages_before(pass, before, SHOWN).await?,
        None => Vec::new(),
    };
    let is_older = !older.is_empty();
    let messages = if is_older { older } else { app.school.messages(pass, SHOWN).await? };
    if let Some((last, _)) = messages.last() {
        app.school.read_up_to(pass, reader.id, last.id).await?;
    }
    let address = routes::chat(id).href();
    let first = messages.first().map(|(first, _)| first.id).filter(|first| *first > 1);
    let moderates: Result<Teaching<Moderate>, NotPermitted> = Teaching::of(reader, course, catalog);
    pages.draw(&ChatView {
        page: pages.page(pages.word("chat_of").replace("{name}", &course.title), &address),
        course: course_link(course),
        course_id: id.get(),
        contents: contents_address(id),
        older: first.map(|first| query::address(&address, &[("before", &first.to_string())])),
        before: shown.before.filter(|_| is_older),
        moderation: moderates.ok().map(|_| moderation_address(id)),
        room: address,
        username: reader.username.to_string(),
        messages: messages
            .iter()
            .filter(|(message, _)| !matches!(message.content, Content::Removal { .. }))
            .map(|(message, author)| view(message, author, reader))
            .collect(),
        draft: shown.draft,
        report: shown.report,
        reported: shown.reported,
    })
}

fn view(message: &Message, author: &Account, reader: &Account) -> MessageView {
    MessageView {
        id: message.id,
        username: author.username.to_string(),
        mine: author.id == reader.id,
        text_html: message.text().map(|text| message_html(text.as_str())),
        at: message.at.to_string(),
    }
}
