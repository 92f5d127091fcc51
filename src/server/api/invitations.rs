//! Invitations into a course, for who teaches it and for the staff: sent, listed, revoked. Letters, limits and what is
//! understood of a pasted list are those of the page.

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Method;

use super::answer::Answer;
use super::body::{MAX_LIST, Several, too_many};
use super::call::{Call, Endpoint, Received, action};
use super::error::ApiError;
use super::people_wire::{InvitationJson, InvitedJson, RefusedJson};
use crate::school::{Email, EmailKey, Found, Invite, Link, Teaching, TokenKey, TooEarly};
use crate::server::app::App;
use crate::server::pages::{Addresses, BadLine, Why, read_addresses, read_list, send_invitations};

pub const INVITATIONS: Endpoint = action("Invitations", "GET, POST, HEAD, OPTIONS");
pub const INVITATION: Endpoint = action("Invitation", "DELETE, OPTIONS");

/// The field of a body, and what a body that is a text or a table stands for.
pub const EMAILS: &str = "emails";

/// What is told of a line that was not understood: nobody needs all of a file again.
const SHOWN: usize = 254;

/// `GET /api/courses/<id>/invitations/`: those that can still be used, the oldest first. `POST` (`emails`) makes more.
pub async fn invitations(State(app): State<App>, Path(id): Path<String>, request: Received) -> Response {
    Call::run(app, INVITATIONS, request, async |call| {
        let teaching = call.teaching(&id)?;
        if call.method == Method::POST {
            return invite(call, &teaching).await;
        }
        let open = call.app.school.invitations(&teaching).await?;
        Ok(Answer::of(&open.iter().map(InvitationJson::new).collect::<Vec<_>>()))
    })
    .await
}

/// `DELETE /api/courses/<id>/invitations/<invitation>/`: it is worth nothing from now on.
pub async fn invitation(
    State(app): State<App>,
    Path((id, key)): Path<(String, String)>,
    request: Received,
) -> Response {
    Call::run(app, INVITATION, request, async |call| {
        let teaching: Teaching<Invite> = call.teaching(&id)?;
        let key = TokenKey::parse(&key).ok_or_else(ApiError::not_found)?;
        match call.app.school.revoke(&teaching, key, call.address).await? {
            Found::Yes => Ok(Answer::nothing()),
            Found::No => Err(ApiError::not_found()),
        }
    })
    .await
}

async fn invite(call: Call, teaching: &Teaching<Invite>) -> Result<Answer, ApiError> {
    let Call { app, body, base, address, .. } = call;
    let mut fields = body.fields_or_text(Some(EMAILS)).await?;
    let several = fields.several(EMAILS);
    let several = fields.checked(several)?;
    let open = app.school.invitations(teaching).await?;
    let known: HashSet<_> = open.iter().filter_map(Link::invited).map(Email::key).collect();
    let Addresses { good, bad } = understood(several, known)?;
    app.school.may_invite(teaching, good.len()).map_err(|TooEarly(wait)| ApiError::throttled(wait))?;
    let invited: Vec<_> = good.iter().map(|email| email.as_str().to_owned()).collect();
    send_invitations(&app, teaching, good, &base.to_string(), address).await?;
    let is_new = !invited.is_empty();
    let answer = Answer::of(&InvitedJson { invited, refused: bad.into_iter().map(refused).collect() });
    Ok(if is_new { answer.created() } else { answer })
}

/// The addresses that were sent; 400 if there is none in all of it. Who sends a list again hears of each that it is twice.
fn understood(several: Several, known: HashSet<EmailKey>) -> Result<Addresses, ApiError> {
    let wrong = |sentences| ApiError::invalid(vec![(EMAILS, sentences)]);
    let addresses = match several {
        Several::List(list) => read_list(list, known),
        Several::Text(text) => read_addresses(&text, known).map_err(|_| wrong(vec![too_many(MAX_LIST)]))?,
    };
    if addresses.good.is_empty() && addresses.bad.iter().all(|line| line.why == Why::NoAddress) {
        let said = |line: &BadLine| format!("{}: Enter a valid email address.", line.number);
        let sentences: Vec<_> = addresses.bad.iter().map(said).collect();
        return Err(wrong(if sentences.is_empty() {
            vec!["This field may not be blank.".to_owned()]
        } else {
            sentences
        }));
    }
    Ok(addresses)
}

fn refused(line: BadLine) -> RefusedJson {
    let reason = match line.why {
        Why::NoAddress => "no-address",
        Why::Twice => "twice",
    };
    RefusedJson { line: line.number, text: line.text.chars().take(SHOWN).collect(), reason }
}
