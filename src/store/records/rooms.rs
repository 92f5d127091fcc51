//! Reports of messages, how far somebody has read, and when somebody had their last digest, as records.

use serde::{Deserialize, Serialize};

use super::codec::{damaged, decode, encode, time};
use crate::course::CourseId;
use crate::school::{AccountId, Mention, ReadMark, Report, ReportReason, StoreError};

const REPORTS_VERSION: u8 = 1;
const MARK_VERSION: u8 = 1;
const DIGEST_VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredReport {
    by: u64,
    at: i64,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct StoredMark {
    read: u64,
    mentions: Vec<StoredMention>,
}

#[derive(Serialize, Deserialize)]
struct StoredMention {
    id: u64,
    by: u64,
    at: i64,
}

pub fn write_reports(reports: &[Report]) -> Vec<u8> {
    let stored = |report: &Report| StoredReport {
        by: report.by.0,
        at: report.at.as_microsecond(),
        reason: report.reason.as_str().to_owned(),
    };
    encode(REPORTS_VERSION, &reports.iter().map(stored).collect::<Vec<_>>())
}

pub fn read_reports(room: CourseId, message: u64, bytes: &[u8]) -> Result<Vec<Report>, StoreError> {
    let what = || format!("the reports of message {message} in the room of course {room}");
    let stored: Vec<StoredReport> = decode(REPORTS_VERSION, bytes, what)?;
    let read = |stored: StoredReport| {
        let reason = ReportReason::parse(&stored.reason).map_err(|_| damaged(what))?;
        Ok(Report { by: AccountId(stored.by), at: time(stored.at, what)?, reason })
    };
    stored.into_iter().map(read).collect()
}

pub fn write_read_mark(mark: &ReadMark) -> Vec<u8> {
    let stored =
        |mention: &Mention| StoredMention { id: mention.id, by: mention.by.0, at: mention.at.as_microsecond() };
    encode(MARK_VERSION, &StoredMark { read: mark.read, mentions: mark.mentions.iter().map(stored).collect() })
}

pub fn read_read_mark(account: AccountId, room: CourseId, bytes: &[u8]) -> Result<ReadMark, StoreError> {
    let what = || format!("how far account {account} has read in the room of course {room}");
    let StoredMark { read, mentions } = decode(MARK_VERSION, bytes, what)?;
    let mention =
        |stored: StoredMention| Ok(Mention { id: stored.id, by: AccountId(stored.by), at: time(stored.at, what)? });
    Ok(ReadMark { read, mentions: mentions.into_iter().map(mention).collect::<Result<_, StoreError>>()? })
}

pub fn write_digest(last: jiff::Timestamp) -> Vec<u8> {
    encode(DIGEST_VERSION, &last.as_microsecond())
}

pub fn read_digest(account: AccountId, bytes: &[u8]) -> Result<jiff::Timestamp, StoreError> {
    let what = || format!("the last digest of account {account}");
    time(decode(DIGEST_VERSION, bytes, what)?, what)
}
