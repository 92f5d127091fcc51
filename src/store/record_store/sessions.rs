//! Sessions on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::school::{AccountId, EventKind, Found, Origin, Session, Sessions, StoreError, TokenKey};
use crate::store::keys::{account_key, token_in};
use crate::store::records::{kept, read_session};
use crate::store::table::{Draft, Obstacle, Table};
use crate::store::verbs;

/// How many records one step of a sweep looks at: few enough that other writes wait no longer than for each other.
pub const SWEEP: usize = 512;

impl<C: Carrier> RecordStore<C> {
    async fn session_now(&self, key: TokenKey) -> Result<Option<Session>, StoreError> {
        let record = self.carrier.get(Table::Sessions, &key.0).await?;
        record.map(|record| read_session(key, &record)).transpose()
    }

    /// Removes from a table of tokens those that ended at or before `now`, step by step, so that other writes go on
    /// meanwhile; returns how many. One whose end is not legible stays for a person to look at.
    pub(super) async fn sweep(
        &self,
        table: Table,
        now: Timestamp,
        expires: impl Fn(TokenKey, &[u8]) -> Option<Timestamp>,
        remove: fn(&mut Draft<'_>, &[TokenKey], Timestamp) -> Result<usize, Obstacle>,
    ) -> Result<usize, StoreError> {
        let mut n_removed = 0;
        let mut step = Scan::all(table).take(SWEEP);
        loop {
            let found = self.carrier.scan(step).await?;
            let Some((last, _)) = found.last() else { return Ok(n_removed) };
            step = Scan::all(table).take(SWEEP).after(last);
            let mut over = Vec::new();
            for (key, record) in &found {
                let key = token_in(key)?;
                over.extend(expires(key, record).filter(|expires| *expires <= now).map(|_| key));
            }
            if over.is_empty() {
                tokio::task::yield_now().await;
            } else {
                let remove = move |draft: &mut Draft<'_>| remove(draft, &over, now);
                n_removed += self.carrier.write("remove what has expired", remove).await?;
            }
        }
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
        self.session_now(key).await
    }

    async fn sessions_of(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        let found = self.carrier.scan(Scan::prefix(Table::SessionsOf, &account_key(account))).await?;
        let keys = found.iter().map(|(key, _)| Ok(token_in(key)?.0)).collect::<Result<Vec<_>, StoreError>>()?;
        let records = self.carrier.get_all(Table::Sessions, &keys).await?;
        // One that ended between the two reads is none.
        let there = keys.into_iter().zip(records).filter_map(|(key, record)| Some((TokenKey(key), record?)));
        there.map(|(key, record)| read_session(key, &record)).collect()
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
        let expires = |key, record: &[u8]| read_session(key, record).ok().map(|session| session.expires);
        self.sweep(Table::Sessions, now, expires, verbs::remove_expired_sessions).await
    }
}
