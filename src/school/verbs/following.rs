//! Following the log of events, for a server that must notice what others did: it shows them to nobody.

use crate::school::{Event, EventFilter, EventId, School, SchoolError};

impl School {
    /// The number of the last event; 0 if there is none.
    pub async fn last_event(&self) -> Result<EventId, SchoolError> {
        let last = self.store.events(None, EventFilter::default(), 1).await?;
        Ok(last.first().map_or(EventId(0), |event| event.id))
    }

    /// The events after one, oldest first, at most `limit` of them.
    pub async fn events_after(&self, after: EventId, limit: usize) -> Result<Vec<Event>, SchoolError> {
        Ok(self.store.events_after(after, limit).await?)
    }

    /// A key that the processes of this school have, and nobody else, for one purpose.
    pub async fn shared_key(&self, purpose: &str) -> Result<[u8; 32], SchoolError> {
        Ok(blake3::derive_key(purpose, &self.seal_key().await?.0))
    }
}
