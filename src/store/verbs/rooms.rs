//! What happens in a room besides what is said: reports, reading, being mentioned, and letters about that.

use jiff::Timestamp;

use super::accounts::account;
use super::letters::add_letter;
use super::seats::is_enrolled;
use super::{Draft, Found, Obstacle, Table};
use crate::course::CourseId;
use crate::school::{
    AccountId, AccountState, EventKind, Letter, MAX_MENTIONS, MAX_REPORTS, Mention, Message, MessageText, Origin,
    ReadMark, Report, Reported, UsernameKey, mentioned_names,
};
use crate::store::keys::{account_key, numbered_key, report_key, seat_key};
use crate::store::records::{
    kept, read_digest, read_message, read_number, read_read_mark, read_reports, write_digest, write_read_mark,
    write_reports,
};

pub fn add_report(
    draft: &mut Draft<'_>,
    room: CourseId,
    id: u64,
    report: &Report,
    origin: Origin,
) -> Result<Reported, Obstacle> {
    let Some(message) = message(draft, room, id)?.filter(|message| message.text().is_some()) else {
        return Ok(Reported::Gone);
    };
    if message.author == report.by {
        return Ok(Reported::Own);
    }
    let (mut open, answered) = (reports(draft, room, false, id)?, reports(draft, room, true, id)?);
    let by_them = open.iter().chain(&answered).any(|one| one.by == report.by);
    if by_them || open.len() + answered.len() >= MAX_REPORTS {
        return Ok(Reported::Already);
    }
    open.push(Report { at: kept(report.at), ..report.clone() });
    draft.put(Table::Reports, &report_key(room, false, id), write_reports(&open));
    draft.log(EventKind::Reported, Some(message.author), Some(room), origin)?;
    Ok(Reported::Yes)
}

pub fn dismiss_reports(draft: &mut Draft<'_>, room: CourseId, id: u64, origin: Origin) -> Result<Found, Obstacle> {
    let mut answered = reports(draft, room, true, id)?;
    let open = reports(draft, room, false, id)?;
    if open.is_empty() {
        return Ok(Found::No);
    }
    answered.extend(open);
    draft.remove(Table::Reports, &report_key(room, false, id));
    draft.put(Table::Reports, &report_key(room, true, id), write_reports(&answered));
    let author = message(draft, room, id)?.map(|message| message.author);
    draft.log(EventKind::ReportsDismissed, author, Some(room), origin)?;
    Ok(Found::Yes)
}

/// Notes who is mentioned in a message that was just added.
pub fn mention(draft: &mut Draft<'_>, room: CourseId, message: &Message, text: &MessageText) -> Result<(), Obstacle> {
    let (id, by, at) = (message.id, message.author, message.at);
    for account in mentioned(draft, room, text)? {
        let mut mark = read_mark(draft, account, room)?;
        // Two ways to write one name are one mention.
        if account == by || mark.mentions.last().is_some_and(|last| last.id == id) {
            continue;
        }
        if mark.mentions.len() == MAX_MENTIONS {
            mark.mentions.remove(0);
        }
        mark.mentions.push(Mention { id, by, at });
        draft.put(Table::ReadMarks, &seat_key(account, room), write_read_mark(&mark));
    }
    Ok(())
}

/// Takes away what a message that is taken away left elsewhere.
pub fn forget_message(draft: &mut Draft<'_>, room: CourseId, message: &Message) -> Result<(), Obstacle> {
    for answered in [false, true] {
        let key = report_key(room, answered, message.id);
        if draft.get(Table::Reports, &key)?.is_some() {
            draft.remove(Table::Reports, &key);
        }
    }
    let Some(text) = message.text() else { return Ok(()) };
    // Also of those who have left the course since.
    for account in named(draft, text)? {
        let mut mark = read_mark(draft, account, room)?;
        let n_before = mark.mentions.len();
        mark.mentions.retain(|mention| mention.id != message.id);
        if mark.mentions.len() < n_before {
            draft.put(Table::ReadMarks, &seat_key(account, room), write_read_mark(&mark));
        }
    }
    Ok(())
}

pub fn read_up_to(draft: &mut Draft<'_>, account: AccountId, room: CourseId, id: u64) -> Result<(), Obstacle> {
    // What is not there yet cannot have been read.
    let id = id.min(super::last_message_id(draft, room)?);
    let mut mark = read_mark(draft, account, room)?;
    if id > mark.read {
        mark.read = id;
        mark.mentions.retain(|mention| mention.id > id);
        draft.put(Table::ReadMarks, &seat_key(account, room), write_read_mark(&mark));
    }
    Ok(())
}

pub fn set_digest(draft: &mut Draft<'_>, id: AccountId, from: Option<Timestamp>) -> Result<Found, Obstacle> {
    if account(draft, id)?.is_none() {
        return Ok(Found::No);
    }
    let has_them = draft.get(Table::Digests, &account_key(id))?.is_some();
    match from {
        Some(from) if !has_them => draft.put(Table::Digests, &account_key(id), write_digest(from)),
        None if has_them => draft.remove(Table::Digests, &account_key(id)),
        _ => {}
    }
    Ok(Found::Yes)
}

pub fn send_digest(
    draft: &mut Draft<'_>,
    id: AccountId,
    last: Timestamp,
    letter: &Letter,
    at: Timestamp,
) -> Result<Found, Obstacle> {
    let Some(record) = draft.get(Table::Digests, &account_key(id))? else { return Ok(Found::No) };
    let theirs = account(draft, id)?.is_some_and(|account| {
        let reachable = account.email_confirmed && account.state() == AccountState::Active;
        reachable && account.email.as_ref() == Some(&letter.to)
    });
    if read_digest(id, &record)? != last || !theirs {
        return Ok(Found::No);
    }
    draft.put(Table::Digests, &account_key(id), write_digest(at));
    add_letter(draft, letter, at)?;
    Ok(Found::Yes)
}

/// Those of a message's names who have a place in the course.
fn mentioned(draft: &Draft<'_>, room: CourseId, text: &MessageText) -> Result<Vec<AccountId>, Obstacle> {
    let mut enrolled = Vec::new();
    for account in named(draft, text)? {
        if is_enrolled(draft, account, room)? {
            enrolled.push(account);
        }
    }
    Ok(enrolled)
}

/// Whose names a message has.
fn named(draft: &Draft<'_>, text: &MessageText) -> Result<Vec<AccountId>, Obstacle> {
    let id_of = |name: &UsernameKey| -> Result<Option<AccountId>, Obstacle> {
        let id = draft.get(Table::Names, name.as_str().as_bytes())?;
        Ok(id.map(|id| read_number("the name of an account", &id)).transpose()?.map(AccountId))
    };
    let mut accounts = Vec::new();
    for name in mentioned_names(text) {
        for meant in &name {
            if let Some(account) = id_of(meant)? {
                accounts.push(account);
                break;
            }
        }
    }
    Ok(accounts)
}

fn message(draft: &Draft<'_>, room: CourseId, id: u64) -> Result<Option<Message>, Obstacle> {
    let record = draft.get(Table::Messages, &numbered_key(room, id))?;
    Ok(record.map(|record| read_message(room, id, &record)).transpose()?)
}

fn reports(draft: &Draft<'_>, room: CourseId, answered: bool, id: u64) -> Result<Vec<Report>, Obstacle> {
    let record = draft.get(Table::Reports, &report_key(room, answered, id))?;
    Ok(record.map(|record| read_reports(room, id, &record)).transpose()?.unwrap_or_default())
}

fn read_mark(draft: &Draft<'_>, account: AccountId, room: CourseId) -> Result<ReadMark, Obstacle> {
    let record = draft.get(Table::ReadMarks, &seat_key(account, room))?;
    Ok(record.map(|record| read_read_mark(account, room, &record)).transpose()?.unwrap_or_default())
}
