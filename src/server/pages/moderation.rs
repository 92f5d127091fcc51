//! Moderation of a course's room by who teaches it: what was said, reports, and who may not write. Row U7.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;

use super::chat::{SHOWN, before, message, message_address};
use super::draw::{Pages, course_link};
use super::form::Form;
use super::query;
use super::teaching::people_address;
use crate::course::CourseId;
use crate::school::{
    Account, AccountId, Content, Message, Moderate, Muted, ReportedMessage, School, SchoolError, Teaching,
};
use crate::server::app::App;
use crate::server::identity::{Client, redirect};
use crate::server::local_path::LocalPath;
use crate::server::permitted::Teacher;
use crate::server::problem::Problem;
use crate::theme::{ModeratedView, ModerationView, MuteView, ReportCount, ReportView, ReportedView, message_html};

/// How many reported messages are looked at; who has more sees them once these are answered.
const REPORTS: usize = 100;

/// For how long somebody may be muted, by the names that forms know.
const MUTES: [(&str, SignedDuration); 3] = [
    ("minutes", SignedDuration::from_mins(10)),
    ("day", SignedDuration::from_hours(24)),
    ("week", SignedDuration::from_hours(7 * 24)),
];

/// The page where a course's room is moderated.
pub fn moderation_address(course: CourseId) -> String {
    format!("{}chat/", people_address(course))
}

/// How many messages of a course are reported.
pub async fn count_reports(school: &School, teaching: &Teaching<Moderate>) -> Result<ReportCount, SchoolError> {
    let n = school.reports(teaching, REPORTS).await?.len();
    Ok(ReportCount { n: n.min(REPORTS - 1), more: n >= REPORTS })
}

/// `GET /teach/<id>/chat/?before=`
pub async fn moderation(
    State(app): State<App>,
    Teacher(teaching): Teacher<Moderate>,
    form: Form,
) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let course = pages.publication.catalog.course(teaching.course()).ok_or_else(Problem::not_found)?;
    let here = moderation_address(course.id);
    let before = before(&form);
    let log = app.school.room_log(&teaching, before, SHOWN).await?;
    let first = log.first().map(|(first, _)| first.id).filter(|first| *first > 1);
    let mut names = Names::new(&app.school);
    let mut messages = Vec::new();
    for (message, author) in &log {
        if !matches!(message.content, Content::Removal { .. }) {
            messages.push(moderated(&mut names, message, author.username.to_string()).await?);
        }
    }
    let mut reports = Vec::new();
    for reported in app.school.reports(&teaching, REPORTS).await? {
        reports.push(reported_view(&mut names, &reported).await?);
    }
    pages.draw(&ModerationView {
        page: pages.page(pages.word("moderation_of").replace("{name}", &course.title), &here),
        course: course_link(course),
        people: people_address(course.id),
        older: first.map(|first| query::address(&here, &[("before", &first.to_string())])),
        before,
        reports,
        mutes: app.school.mutes(&teaching).await?.iter().map(mute_view).collect(),
        messages,
        here,
    })
}

/// `POST /teach/<id>/chat/remove/` (`message`, `before`, `back`)
pub async fn remove_message(
    State(app): State<App>,
    Teacher(teaching): Teacher<Moderate>,
    Client(device): Client,
    form: Form,
) -> Result<Response, Problem> {
    // One that is gone already is no mistake.
    let removal = app.school.remove_message(&teaching, message(&form)?, device.address).await?;
    app.live.tell_of(teaching.course(), removal.as_ref());
    Ok(back(teaching.course(), &form))
}

/// `POST /teach/<id>/chat/mute/` (`message`: whose author, or `account`; `time`; `before`, `back`)
pub async fn mute(
    State(app): State<App>,
    Teacher(teaching): Teacher<Moderate>,
    Client(device): Client,
    form: Form,
) -> Result<Response, Problem> {
    let time = match form.get("time") {
        "end" => None,
        name => {
            let time = MUTES.iter().find(|(known, _)| *known == name).map(|(_, time)| *time);
            Some(time.ok_or_else(|| Problem::bad_request("The form does not say for how long."))?)
        }
    };
    let account = match form.get("account") {
        "" => app.school.author_of(&teaching, message(&form)?).await?.ok_or_else(Problem::not_found)?,
        id => AccountId(id.parse().map_err(|_| Problem::bad_request("The form does not say who is meant."))?),
    };
    match app.school.mute(&teaching, account, time, device.address).await? {
        crate::school::Found::Yes => Ok(back(teaching.course(), &form)),
        crate::school::Found::No => Err(Problem::not_found()),
    }
}

/// `POST /teach/<id>/chat/dismiss/` (`message`)
pub async fn dismiss(
    State(app): State<App>,
    Teacher(teaching): Teacher<Moderate>,
    Client(device): Client,
    form: Form,
) -> Result<Response, Problem> {
    app.school.dismiss_reports(&teaching, message(&form)?, device.address).await?;
    Ok(redirect(&LocalPath::new(&moderation_address(teaching.course()))))
}

/// To the page that the form was sent from: the room itself, or the one where it is moderated.
fn back(course: CourseId, form: &Form) -> Response {
    let message = message(form).ok();
    if form.get("back") == "room" {
        return redirect(&message_address(course, form, message.unwrap_or_default()));
    }
    let before = before(form).map(|before| before.to_string()).unwrap_or_default();
    let here = query::address(&moderation_address(course), &[("before", &before)]);
    let anchor = message.map(|message| format!("#m{message}")).unwrap_or_default();
    redirect(&LocalPath::new(&(here + &anchor)))
}

/// What people are called; each is looked up once.
struct Names<'a> {
    school: &'a School,
    known: BTreeMap<AccountId, String>,
}

impl<'a> Names<'a> {
    fn new(school: &'a School) -> Self {
        Self { school, known: BTreeMap::new() }
    }

    /// A name; empty if there is no such account any more.
    async fn of(&mut self, id: AccountId) -> Result<String, SchoolError> {
        if let Some(name) = self.known.get(&id) {
            return Ok(name.clone());
        }
        let account = self.school.account(id).await?;
        let name = account.map(|account| account.username.to_string()).unwrap_or_default();
        self.known.insert(id, name.clone());
        Ok(name)
    }
}

async fn moderated(names: &mut Names<'_>, message: &Message, username: String) -> Result<ModeratedView, SchoolError> {
    let removed_by = match message.content {
        Content::Removed { by } => names.of(by).await?,
        Content::Said(_) | Content::Removal { .. } => String::new(),
    };
    Ok(ModeratedView {
        id: message.id,
        username,
        text_html: message.text().map(|text| message_html(text.as_str())),
        removed_by,
        at: message.at.to_string(),
    })
}

async fn reported_view(names: &mut Names<'_>, reported: &ReportedMessage) -> Result<ReportedView, SchoolError> {
    let mut reports = Vec::new();
    for report in &reported.reports {
        let (reason, at) = (report.reason.as_str().to_owned(), report.at.to_string());
        reports.push(ReportView { username: names.of(report.by).await?, reason, at });
    }
    let author = names.of(reported.message.author).await?;
    Ok(ReportedView { message: moderated(names, &reported.message, author).await?, reports })
}

fn mute_view((account, Muted { until }): &(Account, Muted)) -> MuteView {
    MuteView { account: account.id.0, username: account.username.to_string(), until: until.to_string() }
}
