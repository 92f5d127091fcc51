//! The store on disk: reads answered in place from sled's trees, writes handed to the committer.
//!
//! A read sees what is committed, which is a moment before the writer hears of it; what it sees can only be lost with the
//! power of that moment. What each write means stands in `verbs`, how it becomes durable in `committer`.

use std::fmt;
use std::ops::Bound::{Excluded, Unbounded};

use async_trait::async_trait;
use jiff::Timestamp;

use super::committer::Committer;
use super::flush;
use super::open::{self, Opened, StoreConfig};
use super::open_error::OpenError;
use super::records::{self, damaged};
use super::tables::{self, Table, Tables, reason};
use super::verbs;
use crate::course::CourseId;
use crate::disk::{DiskError, Lock};
use crate::school::{
    Account, AccountId, Accounts, Added, Enrollments, Found, Message, MessageText, Messages, NewAccount, PasswordHash,
    Session, SessionKey, Sessions, StoreError, UsernameKey,
};

/// How many sessions one step of a sweep looks at: few enough that other writes wait no longer than for each other.
const SWEEP: usize = 512;

/// A school's records in a folder on disk, for one process at a time.
///
/// Dropping it finishes the writes that were accepted, and gives the folder back.
pub struct SledStore {
    // Dropped in this order: first whoever still writes, then the trees, and the lock when all is done.
    committer: Committer,
    tables: Tables,
    _lock: Lock,
}

impl SledStore {
    /// Opens the store, and begins one if there is none; reads and writes files, so not for where nothing may wait.
    pub fn open(config: &StoreConfig) -> Result<Self, OpenError> {
        let Opened { lock, db, tables } = open::open(config)?;
        let flush = flush::to_the_disk(&config.path, &db)?;
        let committer = Committer::start(tables.clone(), flush).map_err(|source| DiskError {
            verb: "start the writer of",
            path: config.path.clone(),
            source,
        })?;
        Ok(Self { committer, tables, _lock: lock })
    }

    /// How often the disk was flushed since the store was opened: many writes share one.
    pub fn flushes(&self) -> u64 {
        self.committer.n_flushes()
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
        self.tables.tree(table).get(key).map_err(unreadable)
    }

    fn account_now(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let record = self.get(Table::Accounts, &tables::account_key(id))?;
        record.map(|record| records::read_account(id, &record)).transpose()
    }

    /// The next sessions after a key, at most [`SWEEP`] of them, each with when it ends as far as that is legible.
    fn sessions_after(&self, key: Option<SessionKey>) -> Result<Vec<(SessionKey, Option<Timestamp>)>, StoreError> {
        let start = key.map_or(Unbounded, |key| Excluded(key.0));
        let mut found = Vec::new();
        for entry in self.tables.tree(Table::Sessions).range((start, Unbounded)).take(SWEEP) {
            let (key, record) = entry.map_err(unreadable)?;
            let key = key.as_ref().try_into().map_err(|_| damaged(|| "the key of a session".to_owned()))?;
            let session = records::read_session(SessionKey(key), &record);
            found.push((SessionKey(key), session.ok().map(|session| session.expires)));
        }
        Ok(found)
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore").field("flushes", &self.flushes()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Accounts for SledStore {
    async fn add_account(&self, account: NewAccount) -> Result<Added<Account>, StoreError> {
        self.committer.write("add an account", move |view| verbs::add_account(view, &account)).await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.account_now(id)
    }

    async fn account_by_name(&self, key: &UsernameKey) -> Result<Option<Account>, StoreError> {
        let Some(id) = self.get(Table::Names, key.as_str().as_bytes())? else { return Ok(None) };
        let id = AccountId(records::read_number("the name of an account", &id)?);
        match self.account_now(id)? {
            Some(account) => Ok(Some(account)),
            None => Err(damaged(|| format!("account {id}, missing"))),
        }
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut accounts = Vec::new();
        for entry in self.tables.tree(Table::Accounts).iter() {
            let (key, record) = entry.map_err(unreadable)?;
            accounts.push(records::read_account(tables::account_in(&key)?, &record)?);
        }
        Ok(accounts)
    }

    async fn set_password(&self, id: AccountId, password: PasswordHash) -> Result<Found, StoreError> {
        self.committer.write("set a password", move |view| verbs::set_password(view, id, &password)).await
    }
}

#[async_trait]
impl Sessions for SledStore {
    async fn add_session(&self, session: Session) -> Result<(), StoreError> {
        self.committer.write("add a session", move |_| verbs::add_session(&session)).await
    }

    async fn session(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        let record = self.get(Table::Sessions, &key.0)?;
        record.map(|record| records::read_session(key, &record)).transpose()
    }

    async fn remove_session(&self, key: SessionKey) -> Result<Found, StoreError> {
        self.committer.write("end a session", move |view| verbs::remove_session(view, key)).await
    }

    async fn remove_expired_sessions(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut n_removed = 0;
        let mut last = None;
        loop {
            let found = self.sessions_after(last)?;
            let Some((key, _)) = found.last() else { return Ok(n_removed) };
            last = Some(*key);
            // One that is not legible stays for a person to look at, and does not keep the others from going.
            let is_over = |expires: &Option<Timestamp>| expires.is_some_and(|expires| expires <= now);
            let over: Vec<_> = found.iter().filter(|(_, expires)| is_over(expires)).map(|(key, _)| *key).collect();
            if over.is_empty() {
                tokio::task::yield_now().await;
            } else {
                let remove = move |view: &tables::View<'_>| verbs::remove_expired(view, &over, now);
                n_removed += self.committer.write("remove expired sessions", remove).await?;
            }
        }
    }
}

#[async_trait]
impl Enrollments for SledStore {
    async fn add_enrollment(
        &self,
        account: AccountId,
        course: CourseId,
        at: Timestamp,
    ) -> Result<Added<Timestamp>, StoreError> {
        self.committer.write("enroll", move |view| verbs::add_enrollment(view, account, course, at)).await
    }

    async fn remove_enrollment(&self, account: AccountId, course: CourseId) -> Result<Found, StoreError> {
        let remove = move |view: &tables::View<'_>| verbs::remove_enrollment(view, account, course);
        self.committer.write("end an enrollment", remove).await
    }

    async fn enrollment(&self, account: AccountId, course: CourseId) -> Result<Option<Timestamp>, StoreError> {
        let record = self.get(Table::Enrollments, &tables::enrollment_key(account, course))?;
        record.map(|record| records::read_enrollment(account, course, &record)).transpose()
    }

    async fn enrollments_of(&self, account: AccountId) -> Result<Vec<(CourseId, Timestamp)>, StoreError> {
        let mut enrollments = Vec::new();
        for entry in self.tables.tree(Table::Enrollments).scan_prefix(tables::account_key(account)) {
            let (key, record) = entry.map_err(unreadable)?;
            let course = tables::course_in(&key)?;
            enrollments.push((course, records::read_enrollment(account, course, &record)?));
        }
        Ok(enrollments)
    }
}

#[async_trait]
impl Messages for SledStore {
    async fn add_message(
        &self,
        room: CourseId,
        author: AccountId,
        text: MessageText,
        at: Timestamp,
    ) -> Result<Message, StoreError> {
        let add = move |view: &tables::View<'_>| verbs::add_message(view, room, author, &text, at);
        self.committer.write("add a message", add).await
    }

    async fn last_messages(&self, room: CourseId, limit: usize) -> Result<Vec<Message>, StoreError> {
        let mut messages = Vec::new();
        for entry in self.tables.tree(Table::Messages).scan_prefix(tables::room_key(room)).rev().take(limit) {
            let (key, record) = entry.map_err(unreadable)?;
            messages.push(records::read_message(room, tables::message_in(&key)?, &record)?);
        }
        messages.reverse();
        Ok(messages)
    }
}

fn unreadable(error: sled::Error) -> StoreError {
    StoreError::Failed { doing: "read", reason: reason(&error) }
}
