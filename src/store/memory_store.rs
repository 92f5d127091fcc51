//! The store in memory: the same promises without a disk, for tests and for trying things out.
//!
//! It is written as plainly as can be, and shares no rule with the store on disk, so that each can be held against the
//! other.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::records::{account_from, kept};
use crate::course::CourseId;
use crate::school::{
    Account, AccountId, Accounts, Added, Enrollments, Found, Message, MessageText, Messages, NewAccount, PasswordHash,
    Session, SessionKey, Sessions, StoreError, UsernameKey,
};

/// A school's records in memory; gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Maps>);

#[derive(Debug, Default)]
struct Maps {
    accounts: BTreeMap<AccountId, Account>,
    names: BTreeMap<UsernameKey, AccountId>,
    sessions: BTreeMap<SessionKey, Session>,
    enrollments: BTreeMap<(AccountId, CourseId), Timestamp>,
    rooms: BTreeMap<CourseId, Vec<Message>>,
}

impl MemoryStore {
    /// A store that holds nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Never held over an await, so it is held for moments only. A panic leaves every map whole, so poison says nothing.
    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Accounts for MemoryStore {
    async fn add_account(&self, new: NewAccount) -> Result<Added<Account>, StoreError> {
        let mut maps = self.maps();
        let name = new.username.key();
        if let Some(account) = maps.names.get(&name).and_then(|id| maps.accounts.get(id)) {
            return Ok(Added::Existing(account.clone()));
        }
        // Accounts are never removed, so that the greatest id is also the last one given.
        let last = maps.accounts.last_key_value().map_or(0, |(id, _)| id.0);
        let account = account_from(AccountId(last + 1), &new);
        maps.names.insert(name, account.id);
        maps.accounts.insert(account.id, account.clone());
        Ok(Added::New(account))
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        Ok(self.maps().accounts.get(&id).cloned())
    }

    async fn account_by_name(&self, key: &UsernameKey) -> Result<Option<Account>, StoreError> {
        let maps = self.maps();
        Ok(maps.names.get(key).and_then(|id| maps.accounts.get(id)).cloned())
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        Ok(self.maps().accounts.values().cloned().collect())
    }

    async fn set_password(&self, id: AccountId, password: PasswordHash) -> Result<Found, StoreError> {
        match self.maps().accounts.get_mut(&id) {
            Some(account) => {
                account.password = password;
                account.generation = account.generation.wrapping_add(1);
                Ok(Found::Yes)
            }
            None => Ok(Found::No),
        }
    }
}

#[async_trait]
impl Sessions for MemoryStore {
    async fn add_session(&self, session: Session) -> Result<(), StoreError> {
        self.maps().sessions.insert(session.key, Session { expires: kept(session.expires), ..session });
        Ok(())
    }

    async fn session(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        Ok(self.maps().sessions.get(&key).cloned())
    }

    async fn remove_session(&self, key: SessionKey) -> Result<Found, StoreError> {
        Ok(found(self.maps().sessions.remove(&key)))
    }

    async fn remove_expired_sessions(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut maps = self.maps();
        let n_before = maps.sessions.len();
        maps.sessions.retain(|_, session| session.expires > now);
        Ok(n_before - maps.sessions.len())
    }
}

#[async_trait]
impl Enrollments for MemoryStore {
    async fn add_enrollment(
        &self,
        account: AccountId,
        course: CourseId,
        at: Timestamp,
    ) -> Result<Added<Timestamp>, StoreError> {
        let mut maps = self.maps();
        if let Some(first) = maps.enrollments.get(&(account, course)) {
            return Ok(Added::Existing(*first));
        }
        maps.enrollments.insert((account, course), kept(at));
        Ok(Added::New(kept(at)))
    }

    async fn remove_enrollment(&self, account: AccountId, course: CourseId) -> Result<Found, StoreError> {
        Ok(found(self.maps().enrollments.remove(&(account, course))))
    }

    async fn enrollment(&self, account: AccountId, course: CourseId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maps().enrollments.get(&(account, course)).copied())
    }

    async fn enrollments_of(&self, account: AccountId) -> Result<Vec<(CourseId, Timestamp)>, StoreError> {
        let maps = self.maps();
        let of_account = maps.enrollments.iter().filter(|((owner, _), _)| *owner == account);
        Ok(of_account.map(|((_, course), at)| (*course, *at)).collect())
    }
}

#[async_trait]
impl Messages for MemoryStore {
    async fn add_message(
        &self,
        room: CourseId,
        author: AccountId,
        text: MessageText,
        at: Timestamp,
    ) -> Result<Message, StoreError> {
        let mut maps = self.maps();
        let messages = maps.rooms.entry(room).or_default();
        let message = Message { id: messages.len() as u64 + 1, author, text, at: kept(at) };
        messages.push(message.clone());
        Ok(message)
    }

    async fn last_messages(&self, room: CourseId, limit: usize) -> Result<Vec<Message>, StoreError> {
        let maps = self.maps();
        let messages = maps.rooms.get(&room).map_or(&[][..], Vec::as_slice);
        Ok(messages[messages.len().saturating_sub(limit)..].to_vec())
    }
}

fn found<T>(removed: Option<T>) -> Found {
    if removed.is_some() { Found::Yes } else { Found::No }
}
