//! Messages of the rooms as records.

use serde::{Deserialize, Serialize};

use super::codec::{damaged, decode, encode, time};
use crate::course::CourseId;
use crate::school::{AccountId, Message, MessageText, StoreError};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct MessageRecord {
    author: u64,
    text: String,
    at: i64,
}

pub fn write_message(message: &Message) -> Vec<u8> {
    let record = MessageRecord {
        author: message.author.0,
        text: message.text.as_str().to_owned(),
        at: message.at.as_microsecond(),
    };
    encode(VERSION, &record)
}

pub fn read_message(room: CourseId, id: u64, bytes: &[u8]) -> Result<Message, StoreError> {
    let what = || format!("message {id} in the room of course {room}");
    let record: MessageRecord = decode(VERSION, bytes, what)?;
    let text = MessageText::parse(&record.text).map_err(|_| damaged(what))?;
    Ok(Message { id, author: AccountId(record.author), text, at: time(record.at, what)? })
}
