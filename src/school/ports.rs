//! Ports: what the school needs from the outside, in the school's words.
//!
//! `store` carries [`Store`] on sled and in memory; `tests/suite/store.rs` holds the promises that every carrier keeps.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Account, AccountId, Message, MessageText, NewAccount, PasswordHash, Session, SessionKey, UsernameKey};
use crate::course::CourseId;

/// What time it is. Given as an argument, so that tests never wait.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock, read to the microsecond, which is what every format of ours keeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.round(jiff::Unit::Microsecond).unwrap_or(now)
    }
}

/// The machine failed: nothing was changed, or it is unknown whether it was. Expected outcomes are values instead.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store could not be read or written.
    #[error("the store failed while it tried to {doing}: {reason}")]
    Failed {
        /// What was tried.
        doing: &'static str,
        /// What the carrier said.
        reason: String,
    },
    /// A record is not what this version writes.
    #[error("the store holds a damaged record ({what})")]
    Damaged {
        /// Which.
        what: String,
    },
    /// An earlier write failed, and the store takes no more until it is opened again.
    #[error("the store stopped after a failed write; restart educa once the disk is well")]
    Stopped,
}

/// What adding did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added<T> {
    /// It is new.
    New(T),
    /// It was there already, and was left as it was.
    Existing(T),
}

/// What removing or changing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It was there, and the change is made.
    Yes,
    /// There was no such thing.
    No,
}

/// Accounts. Every verb is atomic, and durable when it returns.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account under a new id; `Existing` (and no change) if another has a name with the same key.
    async fn add_account(&self, account: NewAccount) -> Result<Added<Account>, StoreError>;
    /// The account with this id.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// The account whose name has this key.
    async fn account_by_name(&self, key: &UsernameKey) -> Result<Option<Account>, StoreError>;
    /// All accounts, by id.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// Replaces the password and ends all sessions by raising the account's generation.
    async fn set_password(&self, id: AccountId, password: PasswordHash) -> Result<Found, StoreError>;
}

/// Sessions. Every verb is atomic, and durable when it returns.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Adds a session; a key is never used twice.
    async fn add_session(&self, session: Session) -> Result<(), StoreError>;
    /// The session with this key, whether or not it has expired.
    async fn session(&self, key: SessionKey) -> Result<Option<Session>, StoreError>;
    /// Ends a session.
    async fn remove_session(&self, key: SessionKey) -> Result<Found, StoreError>;
    /// Removes the sessions that expired at or before `now`; returns how many.
    async fn remove_expired_sessions(&self, now: Timestamp) -> Result<usize, StoreError>;
}

/// Enrollments. Every verb is atomic, and durable when it returns.
#[async_trait]
pub trait Enrollments: Send + Sync {
    /// Enrolls an account in a course; the time is kept if it is enrolled already. Returns when it was enrolled.
    async fn add_enrollment(
        &self,
        account: AccountId,
        course: CourseId,
        at: Timestamp,
    ) -> Result<Added<Timestamp>, StoreError>;
    /// Ends an enrollment.
    async fn remove_enrollment(&self, account: AccountId, course: CourseId) -> Result<Found, StoreError>;
    /// When the account was enrolled in the course, if it is.
    async fn enrollment(&self, account: AccountId, course: CourseId) -> Result<Option<Timestamp>, StoreError>;
    /// All enrollments of an account, by course id.
    async fn enrollments_of(&self, account: AccountId) -> Result<Vec<(CourseId, Timestamp)>, StoreError>;
}

/// Messages of the chat rooms, one room a course. Every verb is atomic, and durable when it returns.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Adds a message under the room's next number.
    async fn add_message(
        &self,
        room: CourseId,
        author: AccountId,
        text: MessageText,
        at: Timestamp,
    ) -> Result<Message, StoreError>;
    /// The last `limit` messages of a room, oldest first.
    async fn last_messages(&self, room: CourseId, limit: usize) -> Result<Vec<Message>, StoreError>;
}

/// Where a school's records lie.
pub trait Store: Accounts + Sessions + Enrollments + Messages {}

impl<T: Accounts + Sessions + Enrollments + Messages> Store for T {}
