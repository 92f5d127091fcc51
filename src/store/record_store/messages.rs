//! Messages on any carrier.

use std::ops::Bound;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::course::CourseId;
use crate::school::{AccountId, Message, MessageText, Messages, Muted, Origin, StoreError};
use crate::store::keys::{course_key, message_in, numbered_key, person_in, person_key};
use crate::store::records::{read_message, read_mute};
use crate::store::table::{Draft, Table};
use crate::store::verbs;

#[async_trait]
impl<C: Carrier> Messages for RecordStore<C> {
    async fn add_message(
        &self,
        room: CourseId,
        author: AccountId,
        text: MessageText,
        at: Timestamp,
    ) -> Result<Result<Message, Muted>, StoreError> {
        let add = move |draft: &mut Draft<'_>| verbs::add_message(draft, room, author, &text, at);
        self.carrier.write("add a message", add).await
    }

    async fn add_messages(
        &self,
        room: CourseId,
        author: AccountId,
        texts: Vec<MessageText>,
        at: Timestamp,
    ) -> Result<Result<Vec<Message>, Muted>, StoreError> {
        let add = move |draft: &mut Draft<'_>| {
            let added: Result<Result<Vec<_>, _>, _> =
                texts.iter().map(|text| verbs::add_message(draft, room, author, text, at)).collect();
            added
        };
        self.carrier.write("add messages", add).await
    }

    async fn last_messages(&self, room: CourseId, limit: usize) -> Result<Vec<Message>, StoreError> {
        let last = Scan::prefix(Table::Messages, &course_key(room)).down().take(limit);
        let found = self.carrier.scan(last).await?;
        found.iter().rev().map(|(key, record)| read_message(room, message_in(key)?, record)).collect()
    }

    async fn messages_after(
        &self,
        room: CourseId,
        after: u64,
        up_to: u64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let all = Scan::prefix(Table::Messages, &course_key(room));
        let to = Bound::Included(numbered_key(room, up_to).to_vec());
        let found = self.carrier.scan(Scan { to, ..all }.after(&numbered_key(room, after)).take(limit)).await?;
        found.iter().map(|(key, record)| read_message(room, message_in(key)?, record)).collect()
    }

    async fn last_message_id(&self, room: CourseId) -> Result<u64, StoreError> {
        let last = move |draft: &mut Draft<'_>| verbs::last_message_id(draft, room);
        self.carrier.write("find the last message", last).await
    }

    async fn remove_message(&self, room: CourseId, id: u64, origin: Origin) -> Result<Option<Message>, StoreError> {
        let remove = move |draft: &mut Draft<'_>| verbs::remove_message(draft, room, id, origin);
        self.carrier.write("remove a message", remove).await
    }

    async fn mute(
        &self,
        room: CourseId,
        account: AccountId,
        until: Option<Timestamp>,
        origin: Origin,
    ) -> Result<(), StoreError> {
        let mute = move |draft: &mut Draft<'_>| verbs::mute(draft, room, account, until, origin);
        self.carrier.write("say who may write in a room", mute).await
    }

    async fn muted(&self, room: CourseId, account: AccountId) -> Result<Option<Muted>, StoreError> {
        let record = self.carrier.get(Table::Mutes, &person_key(room, account)).await?;
        record.map(|record| read_mute(room, account, &record)).transpose()
    }

    async fn muted_in(&self, room: CourseId) -> Result<Vec<(AccountId, Muted)>, StoreError> {
        let found = self.carrier.scan(Scan::prefix(Table::Mutes, &course_key(room))).await?;
        let mut muted = Vec::with_capacity(found.len());
        for (key, record) in &found {
            let account = person_in(key)?;
            muted.push((account, read_mute(room, account, record)?));
        }
        Ok(muted)
    }
}
