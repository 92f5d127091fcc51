//! Tables: which there are, and how a write sees and changes them.
//!
//! A write is a function on a [`Draft`] of what there is: it cannot change anything itself, so it can run twice, and a
//! refused write leaves nothing behind.

use sled::IVec;

use super::records::{damaged, read_number, write_event, write_number};
use crate::course::CourseId;
use crate::school::{AccountId, Event, EventId, EventKind, Origin, StoreError};

macro_rules! tables {
    ($($(#[$doc:meta])+ $table:ident = $name:literal,)+) => {
        /// The tables, each with what it maps to what.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Table {
            $($(#[$doc])+ $table,)+
        }

        /// Names of the tables on disk and in archives, in the order of [`Table`].
        pub const TABLE_NAMES: &[&str] = &[$($name,)+];

        impl Table {
            /// All tables, in the same order.
            pub const ALL: &[Table] = &[$(Table::$table,)+];
        }
    };
}

tables! {
    /// A name of [`Counter`], or the version of the format → number; the school's secret.
    Meta = "meta",
    /// Account id → account.
    Accounts = "accounts",
    /// Key of a user name → account id. An index, as all whose records are a number or nothing: it can be made again.
    Names = "names",
    /// Hash of a token → session.
    Sessions = "sessions",
    /// Account id, course id → seat.
    Seats = "enrollments",
    /// Course id, message id → message.
    Messages = "messages",
    /// Course id → id of the last entry.
    Rooms = "rooms",
    /// Look of a user name → account id.
    Looks = "looks",
    /// Key of a confirmed address → account id.
    Emails = "emails",
    /// Account id, hash of a token → nothing.
    SessionsOf = "sessions of",
    /// Hash of a token → link.
    Links = "links",
    /// Course id, hash of a token → nothing.
    Invitations = "invitations",
    /// Letter id → letter.
    Letters = "letters",
    /// Course id, account id → nothing.
    People = "people",
    /// Course id → tally.
    Tallies = "tallies",
    /// Course id, ticket → account id.
    Waiting = "waiting",
    /// Event id → event.
    Events = "events",
    /// Hash of a token → API token.
    ApiTokens = "api tokens",
    /// Account id → the hashes of its API tokens. An index, like the next.
    ApiTokensOf = "api tokens of",
    /// Hash of what the refresh tokens of a family have in common → hash of its token.
    TokenFamilies = "token families",
    /// Course id, account id → until when they may not write in the room.
    Mutes = "mutes",
    /// Account id, course id → the modules that they have done.
    Progress = "progress",
    /// Course id, whether they are answered, message id → reports of the message.
    Reports = "reports",
    /// Account id, course id → how far they have read in the room, and where they were mentioned since.
    ReadMarks = "read marks",
    /// Account id → when they had the last digest.
    Digests = "digests",
}

/// Under which key of [`Table::Meta`] the version of the format stands.
pub const VERSION_KEY: &[u8] = b"version";

/// Under which key of [`Table::Meta`] the school's secret stands.
pub const SECRET_KEY: &[u8] = b"secret";

/// Numbers that only grow: no id is ever given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// The last account.
    Account,
    /// The last letter.
    Letter,
    /// The last event.
    Event,
}

impl Counter {
    /// Its key in [`Table::Meta`].
    pub fn key(self) -> &'static [u8] {
        match self {
            Counter::Account => b"last account",
            Counter::Letter => b"last letter",
            Counter::Event => b"last event",
        }
    }
}

/// What a write sees: everything committed, and the writes before it in its own batch.
pub trait View {
    /// The record under a key.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle>;
}

/// Why a write could not be decided.
#[derive(Debug)]
pub enum Obstacle {
    /// Nothing can be read, and why: the batch cannot run.
    Batch(String),
    /// This write met a damaged record; the others go on.
    Record(StoreError),
    /// The record is not at hand yet: the view fetches it, and the write runs once more.
    Missed,
}

impl From<StoreError> for Obstacle {
    fn from(error: StoreError) -> Self {
        Self::Record(error)
    }
}

/// One change: the record that stands under a key from now on, or nothing.
pub type Change = (Table, Vec<u8>, Option<Vec<u8>>);

/// What there is, as a write would leave it; all of its changes are made, or none.
pub struct Draft<'a> {
    view: &'a dyn View,
    changes: Vec<Change>,
}

impl<'a> Draft<'a> {
    /// A draft without changes.
    pub fn new(view: &'a dyn View) -> Self {
        Self { view, changes: Vec::new() }
    }

    /// The record under a key.
    pub fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, Obstacle> {
        let changed = self.changes.iter().rev().find(|(changed, at, _)| *changed == table && at == key);
        match changed {
            Some((_, _, record)) => Ok(record.as_deref().map(IVec::from)),
            None => self.view.get(table, key),
        }
    }

    /// Puts a record under a key, in place of any other.
    pub fn put(&mut self, table: Table, key: &[u8], record: Vec<u8>) {
        self.changes.push((table, key.to_vec(), Some(record)));
    }

    /// Removes what stands under a key.
    pub fn remove(&mut self, table: Table, key: &[u8]) {
        self.changes.push((table, key.to_vec(), None));
    }

    /// The next number of a counter; the first is 1.
    pub fn next(&mut self, counter: Counter) -> Result<u64, Obstacle> {
        self.next_at(Table::Meta, counter.key())
    }

    /// The next number of the counter under a key; the first is 1.
    pub fn next_at(&mut self, table: Table, key: &[u8]) -> Result<u64, Obstacle> {
        let last = self.get(table, key)?.map_or(Ok(0), |number| read_number("a counter", &number))?;
        let next = last.checked_add(1).ok_or_else(|| damaged(|| "a counter".to_owned()))?;
        self.put(table, key, write_number(next));
        Ok(next)
    }

    /// Appends an event.
    pub fn log(
        &mut self,
        kind: EventKind,
        account: Option<AccountId>,
        course: Option<CourseId>,
        origin: Origin,
    ) -> Result<EventId, Obstacle> {
        let id = EventId(self.next(Counter::Event)?);
        let event = Event { id, kind, account, course, origin };
        self.put(Table::Events, &id.0.to_be_bytes(), write_event(&event));
        Ok(id)
    }

    /// The changes, in the order in which they are to be made.
    pub fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}
