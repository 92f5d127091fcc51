//! Sessions as records. Version 2 added since when a session is there, when it was used, and its device.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::codec::{body, encode, time, unknown_version, versioned};
use crate::school::{AccountId, Device, SESSION_LIFETIME, Session, StoreError, TokenKey};

const VERSION: u8 = 2;

#[derive(Serialize, Deserialize)]
struct SessionRecord {
    account: u64,
    generation: u32,
    created: i64,
    expires: i64,
    seen: i64,
    agent: String,
    address: Option<IpAddr>,
}

#[derive(Deserialize)]
struct SessionRecord1 {
    account: u64,
    generation: u32,
    expires: i64,
}

impl From<SessionRecord1> for SessionRecord {
    fn from(old: SessionRecord1) -> Self {
        let SessionRecord1 { account, generation, expires } = old;
        // All of them were made to last this long.
        let lifetime = SESSION_LIFETIME.as_micros().try_into().unwrap_or(i64::MAX);
        let created = expires.saturating_sub(lifetime).max(Timestamp::MIN.as_microsecond());
        Self { account, generation, created, expires, seen: created, agent: String::new(), address: None }
    }
}

pub fn write_session(session: &Session) -> Vec<u8> {
    let record = SessionRecord {
        account: session.account.0,
        generation: session.generation,
        created: session.created.as_microsecond(),
        expires: session.expires.as_microsecond(),
        seen: session.seen.as_microsecond(),
        agent: session.device.agent().to_owned(),
        address: session.device.address,
    };
    encode(VERSION, &record)
}

pub fn read_session(key: TokenKey, bytes: &[u8]) -> Result<Session, StoreError> {
    // Whose session it is cannot be told from a record that is not legible, and the key belongs in no log.
    let what = || "a session".to_owned();
    let record: SessionRecord = match versioned(bytes, what)? {
        (VERSION, record) => body(record, what)?,
        (1, record) => body::<SessionRecord1>(record, what)?.into(),
        (version, _) => return Err(unknown_version(version, what)),
    };
    Ok(Session {
        key,
        account: AccountId(record.account),
        generation: record.generation,
        created: time(record.created, what)?,
        expires: time(record.expires, what)?,
        seen: time(record.seen, what)?,
        device: Device::new(&record.agent, record.address),
    })
}
