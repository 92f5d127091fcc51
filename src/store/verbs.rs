//! Verbs: what each write does, as a function from what is there to an outcome and the changes that make it true.
//!
//! Nothing here waits, flushes or changes anything: the committer runs these inside its transaction, as often as it must.

use jiff::Timestamp;
use sled::IVec;

use super::records::{self, damaged};
use super::tables::{self, Changes, LAST_ACCOUNT_KEY, Obstacle, Table, View};
use crate::course::CourseId;
use crate::school::{
    Account, AccountId, Added, Found, Message, MessageText, NewAccount, PasswordHash, Session, SessionKey,
};

/// What a write decided: the answer, and the changes without which the answer would be a lie.
pub(super) type Decision<T> = Result<(T, Changes), Obstacle>;

pub(super) fn add_account(view: &View<'_>, new: &NewAccount) -> Decision<Added<Account>> {
    let name = new.username.key();
    if let Some(id) = view.get(Table::Names, name.as_str().as_bytes())? {
        let id = AccountId(records::read_number("the name of an account", &id)?);
        let account = account(view, id)?.ok_or_else(|| damaged(|| format!("account {id}, missing")))?;
        return Ok((Added::Existing(account), Changes::default()));
    }
    let last = view.get(Table::Meta, LAST_ACCOUNT_KEY)?;
    let account = records::account_from(AccountId(after(last, "the last account id")?), new);
    let changes = Changes::default()
        .put(Table::Meta, LAST_ACCOUNT_KEY, records::write_number(account.id.0))
        .put(Table::Names, name.as_str().as_bytes(), records::write_number(account.id.0))
        .put(Table::Accounts, &tables::account_key(account.id), records::write_account(&account));
    Ok((Added::New(account), changes))
}

pub(super) fn set_password(view: &View<'_>, id: AccountId, password: &PasswordHash) -> Decision<Found> {
    let Some(mut account) = account(view, id)? else {
        return Ok((Found::No, Changes::default()));
    };
    account.password = password.clone();
    // Only equality is ever asked of a generation, so after four thousand million it may begin again.
    account.generation = account.generation.wrapping_add(1);
    let record = records::write_account(&account);
    Ok((Found::Yes, Changes::default().put(Table::Accounts, &tables::account_key(id), record)))
}

pub(super) fn add_session(session: &Session) -> Decision<()> {
    let record = records::write_session(session);
    Ok(((), Changes::default().put(Table::Sessions, &session.key.0, record)))
}

pub(super) fn remove_session(view: &View<'_>, key: SessionKey) -> Decision<Found> {
    remove(view, Table::Sessions, &key.0)
}

/// Removes those of the sessions that have expired. They were found outside, so each is looked at again.
pub(super) fn remove_expired(view: &View<'_>, keys: &[SessionKey], now: Timestamp) -> Decision<usize> {
    let mut changes = Changes::default();
    let mut n_removed = 0;
    for key in keys {
        let Some(record) = view.get(Table::Sessions, &key.0)? else { continue };
        if records::read_session(*key, &record)?.expires <= now {
            changes = changes.remove(Table::Sessions, &key.0);
            n_removed += 1;
        }
    }
    Ok((n_removed, changes))
}

pub(super) fn add_enrollment(
    view: &View<'_>,
    account: AccountId,
    course: CourseId,
    at: Timestamp,
) -> Decision<Added<Timestamp>> {
    let key = tables::enrollment_key(account, course);
    match view.get(Table::Enrollments, &key)? {
        Some(record) => {
            let first = records::read_enrollment(account, course, &record)?;
            Ok((Added::Existing(first), Changes::default()))
        }
        None => {
            let changes = Changes::default().put(Table::Enrollments, &key, records::write_enrollment(at));
            Ok((Added::New(records::kept(at)), changes))
        }
    }
}

pub(super) fn remove_enrollment(view: &View<'_>, account: AccountId, course: CourseId) -> Decision<Found> {
    remove(view, Table::Enrollments, &tables::enrollment_key(account, course))
}

pub(super) fn add_message(
    view: &View<'_>,
    room: CourseId,
    author: AccountId,
    text: &MessageText,
    at: Timestamp,
) -> Decision<Message> {
    let room_key = tables::room_key(room);
    let id = after(view.get(Table::Rooms, &room_key)?, "the last message id of a room")?;
    let message = Message { id, author, text: text.clone(), at: records::kept(at) };
    let changes = Changes::default().put(Table::Rooms, &room_key, records::write_number(id)).put(
        Table::Messages,
        &tables::message_key(room, id),
        records::write_message(&message),
    );
    Ok((message, changes))
}

fn account(view: &View<'_>, id: AccountId) -> Result<Option<Account>, Obstacle> {
    match view.get(Table::Accounts, &tables::account_key(id))? {
        Some(record) => Ok(Some(records::read_account(id, &record)?)),
        None => Ok(None),
    }
}

fn remove(view: &View<'_>, table: Table, key: &[u8]) -> Decision<Found> {
    match view.get(table, key)? {
        Some(_) => Ok((Found::Yes, Changes::default().remove(table, key))),
        None => Ok((Found::No, Changes::default())),
    }
}

/// The number after the last one given; the first is 1.
fn after(last: Option<IVec>, what: &'static str) -> Result<u64, Obstacle> {
    let last = match last {
        Some(number) => records::read_number(what, &number)?,
        None => 0,
    };
    last.checked_add(1).ok_or_else(|| damaged(|| what.to_owned()).into())
}
