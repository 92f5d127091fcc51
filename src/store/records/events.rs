//! Events as records. The kind is written by name: names never change, and new ones need no new version.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::codec::{course, damaged, decode, encode, time};
use crate::school::{AccountId, Event, EventId, Origin, StoreError};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct EventRecord {
    kind: String,
    account: Option<u64>,
    course: Option<u32>,
    at: i64,
    by: Option<u64>,
    address: Option<IpAddr>,
}

pub fn write_event(event: &Event) -> Vec<u8> {
    let record = EventRecord {
        kind: event.kind.as_str().to_owned(),
        account: event.account.map(|account| account.0),
        course: event.course.map(|course| course.get()),
        at: event.origin.at.as_microsecond(),
        by: event.origin.by.map(|by| by.0),
        address: event.origin.address,
    };
    encode(VERSION, &record)
}

pub fn read_event(id: EventId, bytes: &[u8]) -> Result<Event, StoreError> {
    let what = || format!("event {}", id.0);
    let record: EventRecord = decode(VERSION, bytes, what)?;
    Ok(Event {
        id,
        kind: record.kind.parse().map_err(|_| damaged(what))?,
        account: record.account.map(AccountId),
        course: record.course.map(|number| course(number, what)).transpose()?,
        origin: Origin { at: time(record.at, what)?, by: record.by.map(AccountId), address: record.address },
    })
}
