//! The queue of letters on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::school::{Found, Letter, LetterId, Letters, QueuedLetter, StoreError};
use crate::store::keys::number_in;
use crate::store::records::read_letter;
use crate::store::table::{Draft, Table};
use crate::store::verbs;

impl<C: Carrier> RecordStore<C> {
    /// All letters. The queue is short, as long as somebody takes them.
    async fn queue(&self) -> Result<Vec<QueuedLetter>, StoreError> {
        let found = self.carrier.scan(Scan::all(Table::Letters)).await?;
        found.iter().map(|(key, record)| read_letter(LetterId(number_in(key)?), record)).collect()
    }
}

#[async_trait]
impl<C: Carrier> Letters for RecordStore<C> {
    async fn add_letter(&self, letter: Letter, at: Timestamp) -> Result<LetterId, StoreError> {
        let add = move |draft: &mut Draft<'_>| verbs::add_letter(draft, &letter, at);
        self.carrier.write("queue a letter", add).await
    }

    async fn due_letters(&self, now: Timestamp, limit: usize) -> Result<Vec<QueuedLetter>, StoreError> {
        Ok(self.queue().await?.into_iter().filter(|letter| letter.due <= now).take(limit).collect())
    }

    async fn next_letter_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.queue().await?.into_iter().map(|letter| letter.due).min())
    }

    async fn claim_letter(
        &self,
        id: LetterId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<QueuedLetter>, StoreError> {
        let claim = move |draft: &mut Draft<'_>| verbs::claim_letter(draft, id, now, until);
        self.carrier.write("claim a letter", claim).await
    }

    async fn remove_letter(&self, id: LetterId) -> Result<Found, StoreError> {
        let remove = move |draft: &mut Draft<'_>| verbs::remove_letter(draft, id);
        self.carrier.write("take a letter from the queue", remove).await
    }

    async fn put_off_letter(&self, id: LetterId, due: Timestamp) -> Result<Found, StoreError> {
        let put_off = move |draft: &mut Draft<'_>| verbs::put_off_letter(draft, id, due);
        self.carrier.write("put off a letter", put_off).await
    }
}
