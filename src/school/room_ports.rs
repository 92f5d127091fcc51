//! Ports about the rooms besides their messages: reports, how far somebody has read, digests by mail.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{AccountId, Found, Letter, Origin, ReadMark, Report, Reported, ReportedMessage, StoreError};
use crate::course::CourseId;

/// Reports of messages. [`Messages::remove_message`](super::Messages::remove_message) ends those of its message.
#[async_trait]
pub trait Reports: Send + Sync {
    /// Reports a message, once for each person.
    async fn add_report(
        &self,
        room: CourseId,
        message: u64,
        report: Report,
        origin: Origin,
    ) -> Result<Reported, StoreError>;
    /// The messages of a room with reports that nobody answered, the oldest first, at most `limit` of them.
    async fn reports(&self, room: CourseId, limit: usize) -> Result<Vec<ReportedMessage>, StoreError>;
    /// Answers the reports of a message: it may stand. Who reported it cannot do so again.
    async fn dismiss_reports(&self, room: CourseId, message: u64, origin: Origin) -> Result<Found, StoreError>;
}

/// How far people have read. [`Messages::add_message`](super::Messages::add_message) adds the mentions of a message, of those
/// who have a place in the course at that moment; removing it takes them away.
#[async_trait]
pub trait ReadMarks: Send + Sync {
    /// How far somebody has read in a room.
    async fn read_mark(&self, account: AccountId, room: CourseId) -> Result<ReadMark, StoreError>;
    /// The same in all rooms of which anything is known, by course.
    async fn read_marks_of(&self, account: AccountId) -> Result<Vec<(CourseId, ReadMark)>, StoreError>;
    /// Notes that somebody has read up to an entry, if they had not; the mentions up to there are gone.
    async fn read_up_to(&self, account: AccountId, room: CourseId, id: u64) -> Result<(), StoreError>;
}

/// Who wants a letter about mentions, and when they had the last one.
#[async_trait]
pub trait Digests: Send + Sync {
    /// When somebody had the last one, or asked for them; nothing if they want none.
    async fn digest(&self, account: AccountId) -> Result<Option<Timestamp>, StoreError>;
    /// Notes that somebody wants them from now on, or no more. Who wants them already is not asked twice.
    async fn set_digest(&self, account: AccountId, from: Option<Timestamp>) -> Result<Found, StoreError>;
    /// Who wants them, after an account (0 for the first), at most `limit`.
    async fn digests(&self, after: AccountId, limit: usize) -> Result<Vec<(AccountId, Timestamp)>, StoreError>;
    /// Queues a letter and notes that it was the last one. `No` if the one before it is not `last` any more, or the
    /// letter's address is not, confirmed, the account's.
    async fn send_digest(
        &self,
        account: AccountId,
        last: Timestamp,
        letter: Letter,
        at: Timestamp,
    ) -> Result<Found, StoreError>;
}
