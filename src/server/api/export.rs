//! Exports for the staff: all accounts, enrollments or events, one JSON object a line, read while they are sent.
//!
//! What is exported is what the staff may read anyway, page by page; no password, token or other secret is among it. Each
//! export is an event of the school's log. Who loses the role meanwhile keeps what they have begun to read.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Method;

use super::answer::Answer;
use super::call::{Call, Endpoint, Received, action};
use super::download::{Page, lines, pages};
use super::negotiation::Kind;
use super::people_wire::{AccountLineJson, EnrollmentLineJson, EventLineJson};
use crate::school::{AccountId, EventFilter, EventId, School, Staffing};
use crate::server::app::App;

/// Whoever wants JSON gets it, too: each line is.
const fn export(name: &'static str) -> Endpoint {
    action(name, "GET, HEAD, OPTIONS").also(Kind::Lines)
}

pub const ACCOUNTS: Endpoint = export("Export Accounts");
pub const ENROLLMENTS: Endpoint = export("Export Enrollments");
pub const EVENTS: Endpoint = export("Export Events");

/// How many events are read at a time.
const STEP: usize = 500;

/// `GET /api/export/accounts/`, by id.
pub async fn export_accounts(State(app): State<App>, request: Received) -> Response {
    send(app, ACCOUNTS, request, "accounts", |exporting| pages((exporting, AccountId(0)), accounts)).await
}

/// `GET /api/export/enrollments/`, by account and course, also in courses that are not published any more.
pub async fn export_enrollments(State(app): State<App>, request: Received) -> Response {
    send(app, ENROLLMENTS, request, "enrollments", |exporting| pages((exporting, AccountId(0)), enrollments)).await
}

/// `GET /api/export/events/`, the newest first.
pub async fn export_events(State(app): State<App>, request: Received) -> Response {
    send(app, EVENTS, request, "events", |exporting| pages((exporting, None), events)).await
}

/// Whose records are exported, and the proof that it may be.
struct Exporting {
    school: Arc<School>,
    staffing: Staffing,
}

async fn send(
    app: App,
    endpoint: Endpoint,
    request: Received,
    what: &'static str,
    body: impl FnOnce(Exporting) -> Body,
) -> Response {
    Call::run(app, endpoint, request, async |call| {
        let staffing = call.staffing()?;
        let school = call.app.school.clone();
        // HEAD takes nothing away.
        if call.method == Method::GET {
            school.note_export(&staffing, call.address).await?;
            tracing::info!(account = %staffing.by(), what, "exported");
        }
        let exporting = Exporting { school, staffing };
        Ok(Answer::download(Kind::Lines.media_type(), &format!("{what}.ndjson"), body(exporting)))
    })
    .await
}

async fn accounts((exporting, after): (Exporting, AccountId)) -> Page<(Exporting, AccountId)> {
    let found = exporting.school.accounts_to_export(&exporting.staffing, after).await?;
    let Some(last) = found.last() else { return Ok(None) };
    let bytes = lines(found.iter().map(AccountLineJson::new));
    Ok(Some((bytes, (exporting, last.id))))
}

async fn enrollments((exporting, after): (Exporting, AccountId)) -> Page<(Exporting, AccountId)> {
    let found = exporting.school.accounts_to_export(&exporting.staffing, after).await?;
    let Some(last) = found.last() else { return Ok(None) };
    let seats = exporting.school.seats_to_export(&exporting.staffing, &found).await?;
    let each = found.iter().zip(&seats).flat_map(|(account, seats)| {
        seats.iter().map(move |(course, seat)| EnrollmentLineJson::new(account, *course, *seat))
    });
    let bytes = lines(each);
    Ok(Some((bytes, (exporting, last.id))))
}

async fn events((exporting, before): (Exporting, Option<EventId>)) -> Page<(Exporting, Option<EventId>)> {
    let found = exporting.school.events(&exporting.staffing, before, EventFilter::default(), STEP).await?;
    let Some(last) = found.last() else { return Ok(None) };
    let bytes = lines(found.iter().map(EventLineJson::new));
    Ok(Some((bytes, (exporting, Some(last.id)))))
}
