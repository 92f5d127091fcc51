//! Sessions on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::school::{AccountId, EventKind, Found, Origin, Session, Sessions, StoreError, TokenKey};
use crate::store::keys::{account_key, token_in};
use crate::store::records::{kept, read_session};
use crate::store::table::{Draft, Table};
use crate::store::verbs;

/// How many records one step of a sweep looks at: few enough that other writes wait no longer than for each other.
pub const SWEEP: usize = 512;

impl<C: Carrier> RecordStore<C> {
    fn session_now(&self, key: TokenKey) -> Result<Option<Session>, StoreError> {
        let record = self.carrier.get(Table::Sessions, &key.0)?;
        record.map(|record| read_session(key, &record)).transpose()
    }

    /// The next records of a table of tokens after a key, at most [`SWEEP`] of them, each with when it ends as far as
    /// `expires` can tell.
    pub(super) fn tokens_after(
        &self,
        table: Table,
        after: Option<TokenKey>,
        expires: impl Fn(TokenKey, &[u8]) -> Option<Timestamp>,
    ) -> Result<Vec<(TokenKey, Option<Timestamp>)>, StoreError> {
        let all = Scan::all(table).take(SWEEP);
        let scan = match after {
            Some(key) => all.after(&key.0),
            None => all,
        };
        let found = self.carrier.scan(scan)?;
        found.iter().map(|(key, record)| token_in(key).map(|key| (key, expires(key, record)))).collect()
    }
}

#[async_trait]
impl<C: Carrier> Sessions for RecordStore<C> {
    async fn add_session(&self, session: Session, origin: Origin) -> Result<(), StoreError> {
        let expires = kept(session.expires);
        let session = Session { created: kept(session.created), seen: kept(session.seen), expires, ..session };
        let add = move |draft: &mut Draft<'_>| verbs::add_session(draft, &session, origin);
        self.carrier.write("add a session", add).await
    }

    async fn session(&self, key: TokenKey) -> Result<Option<Session>, StoreError> {
        self.session_now(key)
    }

    async fn sessions_of(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        let mut sessions = Vec::new();
        for (key, _) in self.carrier.scan(Scan::prefix(Table::SessionsOf, &account_key(account)))? {
            // One that ended between the two reads is none.
            sessions.extend(self.session_now(token_in(&key)?)?);
        }
        Ok(sessions)
    }

    async fn touch_session(&self, key: TokenKey, seen: Timestamp) -> Result<Found, StoreError> {
        let touch = move |draft: &mut Draft<'_>| verbs::touch_session(draft, key, seen);
        self.carrier.write("note the use of a session", touch).await
    }

    async fn remove_session(&self, key: TokenKey, kind: EventKind, origin: Origin) -> Result<Found, StoreError> {
        let remove = move |draft: &mut Draft<'_>| verbs::remove_session(draft, key, kind, origin);
        self.carrier.write("end a session", remove).await
    }

    async fn remove_expired_sessions(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut n_removed = 0;
        let mut last = None;
        let expires = |key, record: &[u8]| read_session(key, record).ok().map(|session| session.expires);
        loop {
            let found = self.tokens_after(Table::Sessions, last, expires)?;
            let Some((key, _)) = found.last() else { return Ok(n_removed) };
            last = Some(*key);
            // One that is not legible stays for a person to look at, and does not keep the others from going.
            let over = expired(&found, now);
            if over.is_empty() {
                tokio::task::yield_now().await;
            } else {
                let remove = move |draft: &mut Draft<'_>| verbs::remove_expired_sessions(draft, &over, now);
                n_removed += self.carrier.write("remove expired sessions", remove).await?;
            }
        }
    }
}

/// Those that ended at or before `now`.
pub fn expired(found: &[(TokenKey, Option<Timestamp>)], now: Timestamp) -> Vec<TokenKey> {
    let is_over = |expires: &Option<Timestamp>| expires.is_some_and(|expires| expires <= now);
    found.iter().filter(|(_, expires)| is_over(expires)).map(|(key, _)| *key).collect()
}
