//! Single-use links on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::course::CourseId;
use crate::school::{Account, EventKind, Found, Letter, Link, Links, Origin, PasswordHash, StoreError, TokenKey};
use crate::store::keys::{course_key, token_in};
use crate::store::records::read_link;
use crate::store::table::{Draft, Table};
use crate::store::verbs;

impl<C: Carrier> RecordStore<C> {
    async fn link_now(&self, key: TokenKey) -> Result<Option<Link>, StoreError> {
        let record = self.carrier.get(Table::Links, &key.0).await?;
        record.map(|record| read_link(key, &record)).transpose()
    }
}

#[async_trait]
impl<C: Carrier> Links for RecordStore<C> {
    async fn add_link(
        &self,
        link: Link,
        letter: Option<Letter>,
        event: Option<EventKind>,
        origin: Origin,
    ) -> Result<(), StoreError> {
        let add = move |draft: &mut Draft<'_>| verbs::add_link(draft, &link, letter.as_ref(), event, origin);
        self.carrier.write("add a link", add).await
    }

    async fn link(&self, key: TokenKey) -> Result<Option<Link>, StoreError> {
        self.link_now(key).await
    }

    async fn invitations(&self, course: CourseId) -> Result<Vec<Link>, StoreError> {
        let found = self.carrier.scan(Scan::prefix(Table::Invitations, &course_key(course))).await?;
        let keys = found.iter().map(|(key, _)| Ok(token_in(key)?.0)).collect::<Result<Vec<_>, StoreError>>()?;
        let records = self.carrier.get_all(Table::Links, &keys).await?;
        let there = keys.into_iter().zip(records).filter_map(|(key, record)| Some((TokenKey(key), record?)));
        let mut links: Vec<_> = there.map(|(key, record)| read_link(key, &record)).collect::<Result<_, _>>()?;
        links.sort_by_key(|link| (link.created, link.key));
        Ok(links)
    }

    async fn revoke_invitation(&self, key: TokenKey, course: CourseId, origin: Origin) -> Result<Found, StoreError> {
        let revoke = move |draft: &mut Draft<'_>| verbs::revoke_invitation(draft, key, course, origin);
        self.carrier.write("revoke an invitation", revoke).await
    }

    async fn confirm_email(&self, key: TokenKey, origin: Origin) -> Result<Option<Account>, StoreError> {
        let confirm = move |draft: &mut Draft<'_>| verbs::confirm_email(draft, key, origin);
        self.carrier.write("confirm an address", confirm).await
    }

    async fn reset_password(
        &self,
        key: TokenKey,
        password: PasswordHash,
        origin: Origin,
    ) -> Result<Option<Account>, StoreError> {
        let reset = move |draft: &mut Draft<'_>| verbs::reset_password(draft, key, &password, origin);
        self.carrier.write("reset a password", reset).await
    }

    async fn remove_expired_links(&self, now: Timestamp) -> Result<usize, StoreError> {
        let expires = |key, record: &[u8]| read_link(key, record).ok().map(|link| link.expires);
        self.sweep(Table::Links, now, expires, verbs::remove_expired_links).await
    }
}
