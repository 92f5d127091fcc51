//! The log of events on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::sessions::SWEEP;
use super::{Carrier, RecordStore, Scan};
use crate::course::CourseId;
use crate::school::{AccountId, Event, EventFilter, EventId, EventKind, Events, Origin, StoreError};
use crate::store::keys::number_in;
use crate::store::records::read_event;
use crate::store::table::{Draft, Table};

fn read(key: &[u8], record: &[u8]) -> Result<Event, StoreError> {
    read_event(EventId(number_in(key)?), record)
}

#[async_trait]
impl<C: Carrier> Events for RecordStore<C> {
    async fn add_event(
        &self,
        kind: EventKind,
        account: Option<AccountId>,
        course: Option<CourseId>,
        origin: Origin,
    ) -> Result<EventId, StoreError> {
        let add = move |draft: &mut Draft<'_>| draft.log(kind, account, course, origin);
        self.carrier.write("log an event", add).await
    }

    async fn events(
        &self,
        before: Option<EventId>,
        filter: EventFilter,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::new();
        let mut before = before.map_or(u64::MAX, |id| id.0);
        while events.len() < limit {
            let step = Scan::all(Table::Events).before(&before.to_be_bytes()).down().take(SWEEP);
            let found = self.carrier.scan(step).await?;
            let Some((last, _)) = found.last() else { break };
            before = number_in(last)?;
            for (key, record) in &found {
                events.extend(Some(read(key, record)?).filter(|event| filter.takes(event)));
            }
            tokio::task::yield_now().await;
        }
        events.truncate(limit);
        Ok(events)
    }

    async fn events_after(&self, after: EventId, limit: usize) -> Result<Vec<Event>, StoreError> {
        let found = self.carrier.scan(Scan::all(Table::Events).after(&after.0.to_be_bytes()).take(limit)).await?;
        found.iter().map(|(key, record)| read(key, record)).collect()
    }

    async fn remove_events(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut n_removed = 0;
        loop {
            let found = self.carrier.scan(Scan::all(Table::Events).take(SWEEP)).await?;
            let mut old = Vec::new();
            for (key, record) in &found {
                if read(key, record)?.origin.at >= before {
                    break;
                }
                old.push(key.clone());
            }
            if old.is_empty() {
                return Ok(n_removed);
            }
            n_removed += old.len();
            let remove = move |draft: &mut Draft<'_>| {
                old.iter().for_each(|key| draft.remove(Table::Events, key));
                Ok(())
            };
            self.carrier.write("forget old events", remove).await?;
        }
    }
}
