//! Messages of the rooms, and what is done about them.

use jiff::Timestamp;

use super::rooms::{forget_message, mention};
use super::{Draft, Obstacle, Table};
use crate::course::CourseId;
use crate::school::{AccountId, Content, EventKind, Message, MessageText, Muted, Origin};
use crate::store::keys::{course_key, numbered_key, person_key};
use crate::store::records::{kept, read_message, read_mute, read_number, write_message, write_mute};

pub fn add_message(
    draft: &mut Draft<'_>,
    room: CourseId,
    author: AccountId,
    text: &MessageText,
    at: Timestamp,
) -> Result<Result<Message, Muted>, Obstacle> {
    if let Some(record) = draft.get(Table::Mutes, &person_key(room, author))? {
        let muted = read_mute(room, author, &record)?;
        if muted.until > at {
            return Ok(Err(muted));
        }
    }
    let message = append(draft, room, author, at, Content::Said(text.clone()))?;
    mention(draft, room, &message, text)?;
    Ok(Ok(message))
}

/// The number of the last entry: decided among the writes, so that all before it are durable once this is answered.
pub fn last_message_id(draft: &Draft<'_>, room: CourseId) -> Result<u64, Obstacle> {
    let last = draft.get(Table::Rooms, &course_key(room))?;
    Ok(last.map_or(Ok(0), |number| read_number("the last message of a room", &number))?)
}

pub fn remove_message(
    draft: &mut Draft<'_>,
    room: CourseId,
    id: u64,
    origin: Origin,
) -> Result<Option<Message>, Obstacle> {
    let key = numbered_key(room, id);
    let Some(record) = draft.get(Table::Messages, &key)? else { return Ok(None) };
    let message = read_message(room, id, &record)?;
    if message.text().is_none() {
        return Ok(None);
    }
    let by = origin.by.unwrap_or(message.author);
    forget_message(draft, room, &message)?;
    draft.log(EventKind::MessageRemoved, Some(message.author), Some(room), origin)?;
    draft.put(Table::Messages, &key, write_message(&Message { content: Content::Removed { by }, ..message }));
    append(draft, room, by, origin.at, Content::Removal { of: id }).map(Some)
}

pub fn mute(
    draft: &mut Draft<'_>,
    room: CourseId,
    account: AccountId,
    until: Option<Timestamp>,
    origin: Origin,
) -> Result<(), Obstacle> {
    let key = person_key(room, account);
    let kind = match until {
        Some(until) => {
            draft.put(Table::Mutes, &key, write_mute(Muted { until }));
            EventKind::Muted
        }
        None if draft.get(Table::Mutes, &key)?.is_none() => return Ok(()),
        None => {
            draft.remove(Table::Mutes, &key);
            EventKind::Unmuted
        }
    };
    draft.log(kind, Some(account), Some(room), origin)?;
    Ok(())
}

fn append(
    draft: &mut Draft<'_>,
    room: CourseId,
    author: AccountId,
    at: Timestamp,
    content: Content,
) -> Result<Message, Obstacle> {
    let id = draft.next_at(Table::Rooms, &course_key(room))?;
    let message = Message { id, author, at: kept(at), content };
    draft.put(Table::Messages, &numbered_key(room, id), write_message(&message));
    Ok(message)
}
