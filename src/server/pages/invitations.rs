//! Invitations as instructors see them: made for one address or many, or to be handed over; listed; revoked.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::addresses::{self, Addresses, BadLine, Why};
use super::draw::{Pages, course_link};
use super::form::Form;
use super::own_account::{in_words, too_many};
use super::teaching::people_address;
use crate::course::Course;
use crate::school::{Email, Invite, Letter, Link, Teaching, Token, TokenKey, TooEarly};
use crate::server::api::Base;
use crate::server::app::App;
use crate::server::identity::{Client, redirect};
use crate::server::local_path::LocalPath;
use crate::server::middleware::RequestHost;
use crate::server::permitted::Teacher;
use crate::server::problem::Problem;
use crate::theme::{FieldView, InvitationRow, InvitationsView};

/// `GET /teach/<id>/invitations/`
pub async fn invitations(State(app): State<App>, Teacher(teaching): Teacher<Invite>) -> Result<Response, Problem> {
    draw(&app, &teaching, Made::default()).await
}

/// `POST /teach/<id>/invitations/` (`addresses`, or `link` for one to be handed over)
pub async fn invite(
    State(app): State<App>,
    Teacher(teaching): Teacher<Invite>,
    Client(device): Client,
    Extension(host): Extension<RequestHost>,
    form: Form,
) -> Result<Response, Problem> {
    let base = Base::of(&app, Some(&host)).to_string();
    if !form.get("link").is_empty() {
        if let Err(TooEarly(wait)) = app.school.may_invite(&teaching, 1) {
            return too_early(&app, &teaching, &form, wait).await;
        }
        let no_letter = |_: &Email, _: &Token| unreachable!("there is no address to write to");
        let token = app.school.invite(&teaching, None, no_letter, device.address).await?;
        let link = Some(link(&base, &token));
        return draw(&app, &teaching, Made { link, ..Made::default() }).await;
    }
    let open = app.school.invitations(&teaching).await?;
    let known: HashSet<_> = open.iter().filter_map(Link::invited).map(Email::key).collect();
    let pages = Pages::new(&app);
    let Ok(Addresses { good, bad }) = addresses::read(form.get("addresses"), known) else {
        let addresses = FieldView {
            value: form.get("addresses").to_owned(),
            errors: vec![pages.word("too_many_lines").replace("{n}", &addresses::MAX_LINES.to_string())],
        };
        let page = draw(&app, &teaching, Made { addresses, ..Made::default() }).await?;
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    let mut errors: Vec<_> = bad.iter().map(|line| said(&pages, line)).collect();
    if good.is_empty() && bad.is_empty() {
        errors.push(pages.word("no_addresses"));
    }
    if let Err(TooEarly(wait)) = app.school.may_invite(&teaching, good.len()) {
        return too_early(&app, &teaching, &form, wait).await;
    }
    let n_invited = send_invitations(&app, &teaching, good, &base, device.address).await?;
    let value = bad.iter().map(|line| &*line.text).collect::<Vec<_>>().join("\n");
    draw(&app, &teaching, Made { addresses: FieldView { value, errors }, n_invited, link: None }).await
}

/// `POST /teach/<id>/invitations/revoke/` (`key`)
pub async fn revoke(
    State(app): State<App>,
    Teacher(teaching): Teacher<Invite>,
    Client(device): Client,
    form: Form,
) -> Result<Response, Problem> {
    let key = TokenKey::parse(form.get("key"));
    let key = key.ok_or_else(|| Problem::bad_request("The form does not say which invitation is meant."))?;
    app.school.revoke(&teaching, key, device.address).await?;
    Ok(redirect(&LocalPath::new(&here(&teaching))))
}

/// Nobody was invited: all that was typed comes back.
async fn too_early(
    app: &App,
    teaching: &Teaching<Invite>,
    form: &Form,
    wait: SignedDuration,
) -> Result<Response, Problem> {
    let errors = vec![in_words(app, "too_many_invitations", wait)];
    let addresses = FieldView { value: form.get("addresses").to_owned(), errors };
    Ok(too_many(draw(app, teaching, Made { addresses, ..Made::default() }).await?, wait))
}

/// What was just made, and what not.
#[derive(Default)]
struct Made {
    addresses: FieldView,
    n_invited: usize,
    link: Option<String>,
}

/// Invites all; the store writes many of them at a time.
pub async fn send_invitations(
    app: &App,
    teaching: &Teaching<Invite>,
    emails: Vec<Email>,
    base: &str,
    address: Option<std::net::IpAddr>,
) -> Result<usize, Problem> {
    let publication = app.shelf.current();
    let course = publication.catalog.course(teaching.course()).ok_or_else(Problem::not_found)?;
    let stationery = Arc::new(Stationery::new(app, course, base));
    let mut inviting = JoinSet::new();
    for email in emails {
        let (school, teaching, stationery) = (app.school.clone(), teaching.clone(), stationery.clone());
        inviting.spawn(async move {
            let write = |to: &Email, token: &Token| stationery.letter(to, token);
            school.invite(&teaching, Some(email), write, address).await
        });
    }
    let mut n_invited = 0;
    while let Some(done) = inviting.join_next().await {
        done??;
        n_invited += 1;
    }
    Ok(n_invited)
}

/// What all letters of one course share: words of the theme, in the language of the course.
struct Stationery {
    subject: String,
    text: String,
    base: String,
}

impl Stationery {
    fn new(app: &App, course: &Course, base: &str) -> Self {
        let pages = Pages::in_language(app, Some(course.lang.clone()));
        let site = app.shelf.source();
        let fill = |word: &str| pages.word(word).replace("{course}", &course.title).replace("{site}", &site.site.title);
        Self { subject: fill("invitation_subject"), text: fill("invitation_letter"), base: base.to_owned() }
    }

    fn letter(&self, to: &Email, token: &Token) -> Letter {
        let text = self.text.replace("{link}", &link(&self.base, token));
        Letter { to: to.clone(), subject: self.subject.clone(), text, html: None }
    }
}

fn link(base: &str, token: &Token) -> String {
    format!("{base}/students/invitation/{}/", token.to_text())
}

fn said(pages: &Pages, line: &BadLine) -> String {
    let word = match line.why {
        Why::NoAddress => "line_without_address",
        Why::Twice => "line_twice",
    };
    let shown: String = line.text.chars().take(100).collect();
    pages.word(word).replace("{n}", &line.number.to_string()).replace("{name}", &shown)
}

fn here(teaching: &Teaching<Invite>) -> String {
    format!("{}invitations/", people_address(teaching.course()))
}

async fn draw(app: &App, teaching: &Teaching<Invite>, made: Made) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let course = pages.publication.catalog.course(teaching.course()).ok_or_else(Problem::not_found)?;
    let row = |link: &Link| InvitationRow {
        key: link.key.to_text(),
        email: link.invited().map_or("", Email::as_str).to_owned(),
        created: link.created.to_string(),
        expires: link.expires.to_string(),
    };
    let here = here(teaching);
    pages.draw(&InvitationsView {
        page: pages.page(pages.word("invitations_into").replace("{name}", &course.title), &here),
        course: course_link(course),
        people: people_address(course.id),
        revoke: format!("{here}revoke/"),
        here,
        addresses: made.addresses,
        n_invited: made.n_invited,
        link: made.link,
        invitations: app.school.invitations(teaching).await?.iter().map(row).collect(),
    })
}
