//! Progress on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::course::CourseId;
use crate::school::{AccountId, Marking, Progress, Progresses, StoreError};
use crate::store::keys::{account_key, course_in, seat_key};
use crate::store::records::read_progress;
use crate::store::table::{Draft, Table};
use crate::store::verbs;

#[async_trait]
impl<C: Carrier> Progresses for RecordStore<C> {
    async fn mark_module(&self, marking: Marking, at: Timestamp) -> Result<Progress, StoreError> {
        let mark = move |draft: &mut Draft<'_>| verbs::mark_module(draft, &marking, at);
        self.carrier.write("note what is done", mark).await
    }

    async fn progress(&self, account: AccountId, course: CourseId) -> Result<Progress, StoreError> {
        let record = self.carrier.get(Table::Progress, &seat_key(account, course)).await?;
        Ok(record.map(|record| read_progress(account, course, &record)).transpose()?.unwrap_or_default())
    }

    async fn progress_of(&self, account: AccountId) -> Result<Vec<(CourseId, Progress)>, StoreError> {
        let found = self.carrier.scan(Scan::prefix(Table::Progress, &account_key(account))).await?;
        let read = |key: &[u8], record: &[u8]| {
            let course = course_in(key)?;
            Ok((course, read_progress(account, course, record)?))
        };
        found.iter().map(|(key, record)| read(key, record)).collect()
    }
}
