//! Ports: what the school needs from the outside, in the school's words.
//!
//! `store` carries [`Store`] on sled and in memory; `tests/suite/store.rs` holds the promises that every carrier keeps.
//! A verb that changes anything is atomic, and durable when it returns; where it takes an [`Origin`], it also writes the
//! [`Event`] of it.

use async_trait::async_trait;
use jiff::Timestamp;

use super::room_ports::{Digests, ReadMarks, Reports};
use super::{
    Account, AccountId, ApiToken, EmailKey, Enrolling, Event, EventFilter, EventId, EventKind, Left, Letter, LetterId,
    Link, Marking, Message, MessageText, Muted, NewAccount, NextKeys, Origin, PasswordHash, Progress, QueuedLetter,
    Renewed, Role, Seat, SeatCounts, Session, TokenKey, TooManyTokens, UsernameKey, Verdict,
};
use crate::course::{CourseId, EnrollmentPolicy};

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
        // Rounding would ask for the calendar.
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
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

/// Accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account under a new id; `Existing` (and no change) if another has a name with the same key or look. An
    /// address that another account confirmed is not confirmed for this one.
    async fn add_account(&self, account: NewAccount, origin: Origin) -> Result<Added<Account>, StoreError>;
    /// The account with this id.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// The account whose name has this key.
    async fn account_by_name(&self, key: &UsernameKey) -> Result<Option<Account>, StoreError>;
    /// The account whose confirmed address has this key.
    async fn account_by_email(&self, key: &EmailKey) -> Result<Option<Account>, StoreError>;
    /// The accounts after an id (0 for the first), by id, at most `limit` of them.
    async fn accounts(&self, after: AccountId, limit: usize) -> Result<Vec<Account>, StoreError>;
    /// Replaces the password and ends all sessions and tokens by raising the account's generation.
    async fn set_password(&self, id: AccountId, password: PasswordHash, origin: Origin) -> Result<Found, StoreError>;
    /// Replaces the hash of a password by another of the same password; `No` if it is not `old` any more.
    async fn rehash(&self, id: AccountId, old: PasswordHash, new: PasswordHash) -> Result<Found, StoreError>;
    /// Gives an account another role.
    async fn set_role(&self, id: AccountId, role: Role, origin: Origin) -> Result<Found, StoreError>;
    /// Ends all sessions and tokens of these accounts, as many as one transaction may take, by raising their generations.
    async fn end_sessions(&self, accounts: Vec<AccountId>, origin: Origin) -> Result<(), StoreError>;
    /// Disables an account, and ends all its sessions and tokens.
    async fn disable(&self, id: AccountId, origin: Origin) -> Result<Found, StoreError>;
    /// Enables an account that was disabled; no session of before is one again.
    async fn enable(&self, id: AccountId, origin: Origin) -> Result<Found, StoreError>;
    /// Forgets an account that is neither active nor disabled and older than `before`; it has nothing else in the store.
    async fn forget_inactive(&self, id: AccountId, before: Timestamp, origin: Origin) -> Result<Found, StoreError>;
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Adds a session; a key is never used twice.
    async fn add_session(&self, session: Session, origin: Origin) -> Result<(), StoreError>;
    /// The session with this key, whether or not it has expired.
    async fn session(&self, key: TokenKey) -> Result<Option<Session>, StoreError>;
    /// The sessions of an account that are in the store, in no particular order.
    async fn sessions_of(&self, account: AccountId) -> Result<Vec<Session>, StoreError>;
    /// Notes that a session was used.
    async fn touch_session(&self, key: TokenKey, seen: Timestamp) -> Result<Found, StoreError>;
    /// Ends a session; the event is of this kind.
    async fn remove_session(&self, key: TokenKey, kind: EventKind, origin: Origin) -> Result<Found, StoreError>;
    /// Removes the sessions that expired at or before `now`; returns how many.
    async fn remove_expired_sessions(&self, now: Timestamp) -> Result<usize, StoreError>;
}

/// Tokens of programs.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Adds a token; a key is never used twice. Of as many as an account may have, those that ended make room, then, for
    /// a token of a family, the family that was used longest ago; those made by hand never do.
    async fn add_token(&self, token: ApiToken, origin: Origin) -> Result<Result<(), TooManyTokens>, StoreError>;
    /// The token with this key, whether or not it has expired.
    async fn token(&self, key: TokenKey) -> Result<Option<ApiToken>, StoreError>;
    /// The tokens of an account that are in the store, in no particular order.
    async fn tokens_of(&self, account: AccountId) -> Result<Vec<ApiToken>, StoreError>;
    /// Notes that a token was used.
    async fn touch_token(&self, key: TokenKey, used: Timestamp) -> Result<Found, StoreError>;
    /// Puts the next token of a family into the place of the last one, if `secret` is that of the last refresh token;
    /// another one of the family ends it.
    async fn renew_token(
        &self,
        family: TokenKey,
        secret: TokenKey,
        next: NextKeys,
        origin: Origin,
    ) -> Result<Renewed, StoreError>;
    /// Ends a token, and its family.
    async fn remove_token(&self, key: TokenKey, origin: Origin) -> Result<Found, StoreError>;
    /// Ends all tokens of an account.
    async fn remove_tokens_of(&self, account: AccountId, origin: Origin) -> Result<(), StoreError>;
    /// Removes the tokens of which nothing more can come at or after `now`; returns how many.
    async fn remove_expired_tokens(&self, now: Timestamp) -> Result<usize, StoreError>;
}

/// Single-use links.
#[async_trait]
pub trait Links: Send + Sync {
    /// Adds a link, and queues the letter that carries it.
    async fn add_link(
        &self,
        link: Link,
        letter: Option<Letter>,
        event: Option<EventKind>,
        origin: Origin,
    ) -> Result<(), StoreError>;
    /// The link with this key, whether or not it has expired.
    async fn link(&self, key: TokenKey) -> Result<Option<Link>, StoreError>;
    /// The invitations into a course that nobody used yet, oldest first.
    async fn invitations(&self, course: CourseId) -> Result<Vec<Link>, StoreError>;
    /// Makes an invitation into this course worth nothing, and logs it. `No` if the link is no such invitation.
    async fn revoke_invitation(&self, key: TokenKey, course: CourseId, origin: Origin) -> Result<Found, StoreError>;
    /// Uses a link that confirms an address: the account has it, confirmed, and is active. `No` if the link is none, has
    /// expired by `origin.at`, the account is disabled, or another account confirmed the address meanwhile.
    async fn confirm_email(&self, key: TokenKey, origin: Origin) -> Result<Option<Account>, StoreError>;
    /// Uses a link that sets a new password: as [`Accounts::set_password`]. Nothing if the link is none, has expired by
    /// `origin.at`, or the account is disabled, or has another password or address, or its sessions were ended, since it was made.
    async fn reset_password(
        &self,
        key: TokenKey,
        password: PasswordHash,
        origin: Origin,
    ) -> Result<Option<Account>, StoreError>;
    /// Removes the links that expired at or before `now`; returns how many.
    async fn remove_expired_links(&self, now: Timestamp) -> Result<usize, StoreError>;
}

/// The queue of letters.
#[async_trait]
pub trait Letters: Send + Sync {
    /// Queues a letter.
    async fn add_letter(&self, letter: Letter, at: Timestamp) -> Result<LetterId, StoreError>;
    /// The letters that are due by `now`, oldest first, at most `limit` of them.
    async fn due_letters(&self, now: Timestamp, limit: usize) -> Result<Vec<QueuedLetter>, StoreError>;
    /// When the next letter is due.
    async fn next_letter_due(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Claims a letter for whoever delivers it: nobody else finds it due before `until`. Nothing if it is not due by `now`,
    /// such as when another process claimed it.
    async fn claim_letter(
        &self,
        id: LetterId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<QueuedLetter>, StoreError>;
    /// Takes a letter that was sent, or given up, out of the queue.
    async fn remove_letter(&self, id: LetterId) -> Result<Found, StoreError>;
    /// Notes a try in vain, and when to try again.
    async fn put_off_letter(&self, id: LetterId, due: Timestamp) -> Result<Found, StoreError>;
}

/// Enrollments: seats in courses, and who waits for one.
#[async_trait]
pub trait Enrollments: Send + Sync {
    /// Asks for a seat: [`decide`](super::decide) on what is in the store at that moment. Places that became free go to
    /// those who wait first. A seat that is given uses up the invitation.
    async fn enroll(&self, enrolling: Enrolling, origin: Origin) -> Result<Verdict, StoreError>;
    /// Ends whatever seat somebody has; a free place goes to who waits longest. `Removed` if `origin.by` is not them.
    async fn leave(
        &self,
        account: AccountId,
        course: CourseId,
        policy: EnrollmentPolicy,
        origin: Origin,
    ) -> Result<Left, StoreError>;
    /// What somebody has in a course.
    async fn seat(&self, account: AccountId, course: CourseId) -> Result<Option<Seat>, StoreError>;
    /// All seats of an account, by course id.
    async fn seats_of(&self, account: AccountId) -> Result<Vec<(CourseId, Seat)>, StoreError>;
    /// The people of a course after an account (0 for the first), by account, at most `limit` of them.
    async fn people_of(
        &self,
        course: CourseId,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<(AccountId, Seat)>, StoreError>;
    /// How many have what in a course.
    async fn seat_counts(&self, course: CourseId) -> Result<SeatCounts, StoreError>;
}

/// Which modules somebody has done. Leaving a course does not forget it: they may come back.
#[async_trait]
pub trait Progresses: Send + Sync {
    /// Notes what somebody says of a module; returns what is true then.
    async fn mark_module(&self, marking: Marking, at: Timestamp) -> Result<Progress, StoreError>;
    /// What somebody has done in a course.
    async fn progress(&self, account: AccountId, course: CourseId) -> Result<Progress, StoreError>;
    /// What somebody has done, by course id.
    async fn progress_of(&self, account: AccountId) -> Result<Vec<(CourseId, Progress)>, StoreError>;
}

/// Messages of the chat rooms, one room a course.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Adds a message under the room's next number, unless its author may not write there now.
    async fn add_message(
        &self,
        room: CourseId,
        author: AccountId,
        text: MessageText,
        at: Timestamp,
    ) -> Result<Result<Message, Muted>, StoreError>;
    /// Adds messages of one author in their order and in one write: all of them, or none if they may not write there now.
    async fn add_messages(
        &self,
        room: CourseId,
        author: AccountId,
        texts: Vec<MessageText>,
        at: Timestamp,
    ) -> Result<Result<Vec<Message>, Muted>, StoreError>;
    /// The last `limit` entries of a room, oldest first.
    async fn last_messages(&self, room: CourseId, limit: usize) -> Result<Vec<Message>, StoreError>;
    /// The entries of a room after one number up to another, in order, at most `limit` of them.
    async fn messages_after(
        &self,
        room: CourseId,
        after: u64,
        up_to: u64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError>;
    /// The number of a room's last entry that is durable, and with it all before; 0 if there is none.
    async fn last_message_id(&self, room: CourseId) -> Result<u64, StoreError>;
    /// Takes a message away: a marker stays in its place, and a [`Content::Removal`](super::Content::Removal) is added, which
    /// is returned. Nothing if no such message can be read.
    async fn remove_message(&self, room: CourseId, id: u64, origin: Origin) -> Result<Option<Message>, StoreError>;
    /// Forbids somebody to write in a room until then, or allows it again.
    async fn mute(
        &self,
        room: CourseId,
        account: AccountId,
        until: Option<Timestamp>,
        origin: Origin,
    ) -> Result<(), StoreError>;
    /// Until when somebody may not write in a room; that may have passed.
    async fn muted(&self, room: CourseId, account: AccountId) -> Result<Option<Muted>, StoreError>;
    /// All who may not, by account; for some it may have passed.
    async fn muted_in(&self, room: CourseId) -> Result<Vec<(AccountId, Muted)>, StoreError>;
}

/// The log of events.
#[async_trait]
pub trait Events: Send + Sync {
    /// Appends an event that no other verb writes.
    async fn add_event(
        &self,
        kind: EventKind,
        account: Option<AccountId>,
        course: Option<CourseId>,
        origin: Origin,
    ) -> Result<EventId, StoreError>;
    /// The events before an id (nothing for the last), newest first, at most `limit` of those that the filter takes.
    async fn events(
        &self,
        before: Option<EventId>,
        filter: EventFilter,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;
    /// The events after an id, oldest first, at most `limit` of them.
    async fn events_after(&self, after: EventId, limit: usize) -> Result<Vec<Event>, StoreError>;
    /// Forgets the events from before a moment, oldest first; returns how many.
    async fn remove_events(&self, before: Timestamp) -> Result<usize, StoreError>;
}

/// What a store did since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreWork {
    /// Verbs that changed something.
    pub writes: u64,
    /// How often a disk was flushed for them: many share one.
    pub flushes: u64,
}

/// What staff and operators want to know of the store itself.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// How many bytes the records take where they lie.
    async fn size(&self) -> Result<u64, StoreError>;
    /// What it did so far.
    fn work(&self) -> StoreWork;
    /// A number that is another one from the moment that anybody can see what a write changed: while it is the same, all that
    /// was read is as it was. Nothing while that is in doubt, and where others write, too.
    fn version(&self) -> Option<u64>;
}

/// What only this school knows.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The school's secret; `fresh` becomes it if there is none yet.
    async fn secret(&self, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailerError {
    /// It may be taken later: no connection, a full disk, a server that is busy.
    #[error("a letter was not taken for now: {0}")]
    Transient(String),
    /// It will never be taken.
    #[error("a letter was refused: {0}")]
    Refused(String),
}

/// Whoever carries letters. What an error says goes into the log, so it names no address.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Takes a letter. Once this returns without an error, the letter is in other hands.
    async fn send(&self, letter: &Letter) -> Result<(), MailerError>;
}

/// Where a school's records lie.
pub trait Store:
    Accounts
    + Sessions
    + Tokens
    + Links
    + Letters
    + Enrollments
    + Progresses
    + Messages
    + Reports
    + ReadMarks
    + Digests
    + Events
    + Secrets
    + Upkeep
{
}

impl<T> Store for T where
    T: Accounts
        + Sessions
        + Tokens
        + Links
        + Letters
        + Enrollments
        + Progresses
        + Messages
        + Reports
        + ReadMarks
        + Digests
        + Events
        + Secrets
        + Upkeep
{
}
