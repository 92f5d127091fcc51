//! What all records share: a version byte and then postcard, times in microseconds, and what is said of damage.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::course::CourseId;
use crate::school::StoreError;

/// The error of a record that is not what this version writes.
pub fn damaged(what: impl Fn() -> String) -> StoreError {
    StoreError::Damaged { what: what() }
}

pub fn encode(version: u8, record: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(record, vec![version])
        .expect("records are plain structs, and a vector takes any number of bytes")
}

/// A record's version and what follows it.
pub fn versioned(bytes: &[u8], what: impl Fn() -> String) -> Result<(u8, &[u8]), StoreError> {
    bytes.split_first().map(|(version, body)| (*version, body)).ok_or_else(|| damaged(|| format!("{}, empty", what())))
}

/// The body of a record: all of it, and nothing after.
pub fn body<T: DeserializeOwned>(body: &[u8], what: impl Fn() -> String) -> Result<T, StoreError> {
    match postcard::take_from_bytes(body) {
        Ok((record, [])) => Ok(record),
        _ => Err(damaged(what)),
    }
}

/// A record of which there is only one version.
pub fn decode<T: DeserializeOwned>(version: u8, bytes: &[u8], what: impl Fn() -> String) -> Result<T, StoreError> {
    match versioned(bytes, &what)? {
        (found, record) if found == version => body(record, what),
        (found, _) => Err(unknown_version(found, what)),
    }
}

pub fn unknown_version(found: u8, what: impl Fn() -> String) -> StoreError {
    damaged(|| format!("{}, version {found}", what()))
}

/// A plain number, as counters and indexes hold it: eight bytes and no version.
pub fn write_number(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

pub fn read_number(what: &'static str, bytes: &[u8]) -> Result<u64, StoreError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| damaged(|| what.to_owned()))
}

pub fn course(number: u32, what: impl Fn() -> String) -> Result<CourseId, StoreError> {
    CourseId::new(number).map_err(|_| damaged(what))
}

pub fn time(microseconds: i64, what: impl Fn() -> String) -> Result<Timestamp, StoreError> {
    from_microseconds(microseconds).ok_or_else(|| damaged(what))
}

/// The time as a record keeps it: to the microsecond.
///
/// Answers go through this too, so that what is said at once is what will be read later.
pub fn kept(at: Timestamp) -> Timestamp {
    from_microseconds(at.as_microsecond()).unwrap_or(at)
}

/// By way of a duration, because [`Timestamp::from_microsecond`] refuses the last second that a timestamp can hold.
fn from_microseconds(microseconds: i64) -> Option<Timestamp> {
    Timestamp::from_duration(SignedDuration::from_micros(microseconds)).ok()
}
