//! Seats and the tally of a course as records. Version 2 of a seat added its state; before, all were enrolled.

use serde::{Deserialize, Serialize};

use super::codec::{body, decode, encode, time, unknown_version, versioned};
use crate::course::CourseId;
use crate::school::{AccountId, Seat, SeatCounts, SeatState, StoreError};

const VERSION: u8 = 2;
const TALLY_VERSION: u8 = 1;

/// A seat, and its place in the waiting list if it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatRecord {
    /// What the school knows of it.
    pub seat: Seat,
    /// Under which number it stands in the waiting list; 0 if it does not.
    pub ticket: u64,
}

/// What is known of a course as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TallyRecord {
    /// How many have what.
    pub counts: SeatCounts,
    /// The first ticket that may still wait.
    pub first_ticket: u64,
    /// The next ticket to give.
    pub next_ticket: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredSeat {
    state: StoredState,
    since: i64,
    ticket: u64,
}

/// Written as the variant's position: append only.
#[derive(Serialize, Deserialize)]
enum StoredState {
    Enrolled,
    Waiting,
    Requested,
}

#[derive(Deserialize)]
struct StoredSeat1 {
    at: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredTally {
    enrolled: u64,
    waiting: u64,
    requested: u64,
    first_ticket: u64,
    next_ticket: u64,
}

impl From<StoredSeat1> for StoredSeat {
    fn from(old: StoredSeat1) -> Self {
        Self { state: StoredState::Enrolled, since: old.at, ticket: 0 }
    }
}

pub fn write_seat(record: &SeatRecord) -> Vec<u8> {
    let state = match record.seat.state {
        SeatState::Enrolled => StoredState::Enrolled,
        SeatState::Waiting => StoredState::Waiting,
        SeatState::Requested => StoredState::Requested,
    };
    encode(VERSION, &StoredSeat { state, since: record.seat.since.as_microsecond(), ticket: record.ticket })
}

pub fn read_seat(account: AccountId, course: CourseId, bytes: &[u8]) -> Result<SeatRecord, StoreError> {
    let what = || format!("seat of account {account} in course {course}");
    let stored: StoredSeat = match versioned(bytes, what)? {
        (VERSION, record) => body(record, what)?,
        (1, record) => body::<StoredSeat1>(record, what)?.into(),
        (version, _) => return Err(unknown_version(version, what)),
    };
    let state = match stored.state {
        StoredState::Enrolled => SeatState::Enrolled,
        StoredState::Waiting => SeatState::Waiting,
        StoredState::Requested => SeatState::Requested,
    };
    Ok(SeatRecord { seat: Seat { state, since: time(stored.since, what)? }, ticket: stored.ticket })
}

pub fn write_tally(tally: &TallyRecord) -> Vec<u8> {
    let TallyRecord { counts: SeatCounts { enrolled, waiting, requested }, first_ticket, next_ticket } = *tally;
    encode(TALLY_VERSION, &StoredTally { enrolled, waiting, requested, first_ticket, next_ticket })
}

pub fn read_tally(course: CourseId, bytes: &[u8]) -> Result<TallyRecord, StoreError> {
    let what = || format!("the tally of course {course}");
    let StoredTally { enrolled, waiting, requested, first_ticket, next_ticket } = decode(TALLY_VERSION, bytes, what)?;
    Ok(TallyRecord { counts: SeatCounts { enrolled, waiting, requested }, first_ticket, next_ticket })
}
