//! Single-use links: made with their letter, used once, forgotten.

use jiff::Timestamp;

use super::accounts::{account, claim_email, put, set_password};
use super::letters::add_letter;
use super::{Draft, Found, Obstacle, Table};
use crate::course::CourseId;
use crate::school::{Account, EventKind, Letter, Link, Origin, PasswordHash, Purpose, TokenKey};
use crate::store::keys::invitation_key;
use crate::store::records::{read_link, write_link};

pub fn add_link(
    draft: &mut Draft<'_>,
    link: &Link,
    letter: Option<&Letter>,
    event: Option<EventKind>,
    origin: Origin,
) -> Result<(), Obstacle> {
    draft.put(Table::Links, &link.key.0, write_link(link));
    let (account, course) = match link.purpose {
        Purpose::ConfirmEmail { account, .. } | Purpose::ResetPassword { account, .. } => (Some(account), None),
        Purpose::Invitation { course, .. } => {
            draft.put(Table::Invitations, &invitation_key(course, link.key), Vec::new());
            (None, Some(course))
        }
    };
    if let Some(letter) = letter {
        add_letter(draft, letter, origin.at)?;
    }
    if let Some(kind) = event {
        draft.log(kind, account, course, origin)?;
    }
    Ok(())
}

pub fn revoke_invitation(
    draft: &mut Draft<'_>,
    key: TokenKey,
    course: CourseId,
    origin: Origin,
) -> Result<Found, Obstacle> {
    let into = |link: &Link| matches!(link.purpose, Purpose::Invitation { course: into, .. } if into == course);
    let Some(link) = link(draft, key)?.filter(into) else { return Ok(Found::No) };
    remove(draft, &link);
    draft.log(EventKind::InvitationRevoked, None, Some(course), origin)?;
    Ok(Found::Yes)
}

pub fn confirm_email(draft: &mut Draft<'_>, key: TokenKey, origin: Origin) -> Result<Option<Account>, Obstacle> {
    let Some(link) = valid(draft, key, origin.at)? else { return Ok(None) };
    let Purpose::ConfirmEmail { account: id, email } = &link.purpose else { return Ok(None) };
    let before = account(draft, *id)?.filter(|account| !account.disabled);
    let Some(before) = before else { return Ok(None) };
    let confirmed = Account { email: Some(email.clone()), email_confirmed: true, active: true, ..before.clone() };
    if !claim_email(draft, &confirmed)? {
        return Ok(None);
    }
    if let Some(old) = before.email.clone().filter(|old| before.email_confirmed && old.key() != email.key()) {
        draft.remove(Table::Emails, old.key().as_str().as_bytes());
    }
    // The same address again is no change; the first one is none either.
    let changed = before.email_confirmed && before.email.as_ref().is_some_and(|old| old.key() != email.key());
    put(draft, &confirmed);
    remove(draft, &link);
    let kind = if changed { EventKind::EmailChanged } else { EventKind::EmailConfirmed };
    draft.log(kind, Some(*id), None, origin)?;
    Ok(Some(confirmed))
}

pub fn reset_password(
    draft: &mut Draft<'_>,
    key: TokenKey,
    password: &PasswordHash,
    origin: Origin,
) -> Result<Option<Account>, Obstacle> {
    let Some(link) = valid(draft, key, origin.at)? else { return Ok(None) };
    let Purpose::ResetPassword { account: id, .. } = link.purpose else { return Ok(None) };
    if account(draft, id)?.is_none_or(|account| !link.purpose.resets(&account)) {
        return Ok(None);
    }
    set_password(draft, id, password, EventKind::PasswordReset, origin)?;
    remove(draft, &link);
    account(draft, id)
}

/// Removes those of the links that have expired. They were found outside, so each is looked at again.
pub fn remove_expired_links(draft: &mut Draft<'_>, keys: &[TokenKey], now: Timestamp) -> Result<usize, Obstacle> {
    let mut n_removed = 0;
    for key in keys {
        if let Some(link) = link(draft, *key)?.filter(|link| link.expires <= now) {
            remove(draft, &link);
            n_removed += 1;
        }
    }
    Ok(n_removed)
}

/// A link that is worth something at this moment.
pub fn valid(draft: &Draft<'_>, key: TokenKey, now: Timestamp) -> Result<Option<Link>, Obstacle> {
    Ok(link(draft, key)?.filter(|link| link.expires > now))
}

pub fn remove(draft: &mut Draft<'_>, link: &Link) {
    draft.remove(Table::Links, &link.key.0);
    if let Purpose::Invitation { course, .. } = link.purpose {
        draft.remove(Table::Invitations, &invitation_key(course, link.key));
    }
}

fn link(draft: &Draft<'_>, key: TokenKey) -> Result<Option<Link>, Obstacle> {
    let record = draft.get(Table::Links, &key.0)?;
    Ok(record.map(|record| read_link(key, &record)).transpose()?)
}
