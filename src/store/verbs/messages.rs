//! Messages of the rooms.

use jiff::Timestamp;

use super::{Draft, Obstacle, Table};
use crate::course::CourseId;
use crate::school::{AccountId, Message, MessageText};
use crate::store::keys::{course_key, numbered_key};
use crate::store::records::{kept, write_message};

pub fn add_message(
    draft: &mut Draft<'_>,
    room: CourseId,
    author: AccountId,
    text: &MessageText,
    at: Timestamp,
) -> Result<Message, Obstacle> {
    let id = draft.next_at(Table::Rooms, &course_key(room))?;
    let message = Message { id, author, text: text.clone(), at: kept(at) };
    draft.put(Table::Messages, &numbered_key(room, id), write_message(&message));
    Ok(message)
}
