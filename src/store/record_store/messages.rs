//! Messages on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::course::CourseId;
use crate::school::{AccountId, Message, MessageText, Messages, StoreError};
use crate::store::keys::{course_key, message_in};
use crate::store::records::read_message;
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
    ) -> Result<Message, StoreError> {
        let add = move |draft: &mut Draft<'_>| verbs::add_message(draft, room, author, &text, at);
        self.carrier.write("add a message", add).await
    }

    async fn last_messages(&self, room: CourseId, limit: usize) -> Result<Vec<Message>, StoreError> {
        let last = Scan::prefix(Table::Messages, &course_key(room)).down().take(limit);
        let found = self.carrier.scan(last).await?;
        found.iter().rev().map(|(key, record)| read_message(room, message_in(key)?, record)).collect()
    }
}
