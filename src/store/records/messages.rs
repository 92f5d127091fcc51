//! Entries of the rooms, and who may not write there, as records. Version 2 of an entry added what is done to messages.

use serde::{Deserialize, Serialize};

use super::codec::{body, damaged, decode, encode, time, unknown_version, versioned};
use crate::course::CourseId;
use crate::school::{AccountId, Content, Message, MessageText, Muted, StoreError};

const VERSION: u8 = 2;
const MUTE_VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredMessage {
    author: u64,
    at: i64,
    content: StoredContent,
}

/// Written as the variant's position: append only.
#[derive(Serialize, Deserialize)]
enum StoredContent {
    Said(String),
    Removed { by: u64 },
    Removal { of: u64 },
}

#[derive(Deserialize)]
struct StoredMessage1 {
    author: u64,
    text: String,
    at: i64,
}

impl From<StoredMessage1> for StoredMessage {
    fn from(old: StoredMessage1) -> Self {
        Self { author: old.author, at: old.at, content: StoredContent::Said(old.text) }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredMute {
    until: i64,
}

pub fn write_message(message: &Message) -> Vec<u8> {
    let content = match &message.content {
        Content::Said(text) => StoredContent::Said(text.as_str().to_owned()),
        Content::Removed { by } => StoredContent::Removed { by: by.0 },
        Content::Removal { of } => StoredContent::Removal { of: *of },
    };
    encode(VERSION, &StoredMessage { author: message.author.0, at: message.at.as_microsecond(), content })
}

pub fn read_message(room: CourseId, id: u64, bytes: &[u8]) -> Result<Message, StoreError> {
    let what = || format!("message {id} in the room of course {room}");
    let stored: StoredMessage = match versioned(bytes, what)? {
        (VERSION, record) => body(record, what)?,
        (1, record) => body::<StoredMessage1>(record, what)?.into(),
        (version, _) => return Err(unknown_version(version, what)),
    };
    let content = match stored.content {
        StoredContent::Said(text) => Content::Said(MessageText::parse(&text).map_err(|_| damaged(what))?),
        StoredContent::Removed { by } => Content::Removed { by: AccountId(by) },
        StoredContent::Removal { of } => Content::Removal { of },
    };
    Ok(Message { id, author: AccountId(stored.author), at: time(stored.at, what)?, content })
}

pub fn write_mute(muted: Muted) -> Vec<u8> {
    encode(MUTE_VERSION, &StoredMute { until: muted.until.as_microsecond() })
}

pub fn read_mute(room: CourseId, account: AccountId, bytes: &[u8]) -> Result<Muted, StoreError> {
    let what = || format!("until when account {account} may not write in the room of course {room}");
    let stored: StoredMute = decode(MUTE_VERSION, bytes, what)?;
    Ok(Muted { until: time(stored.until, what)? })
}
