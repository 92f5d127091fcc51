//! Reports, read marks and digests on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::course::CourseId;
use crate::school::{
    AccountId, Digests, Found, Letter, Origin, ReadMark, ReadMarks, Report, Reported, ReportedMessage, Reports,
    StoreError,
};
use crate::store::keys::{account_in, account_key, course_in, numbered_key, reported_in, reports_prefix, seat_key};
use crate::store::records::{kept, read_digest, read_message, read_read_mark, read_reports};
use crate::store::table::{Draft, Table};
use crate::store::verbs;

#[async_trait]
impl<C: Carrier> Reports for RecordStore<C> {
    async fn add_report(
        &self,
        room: CourseId,
        message: u64,
        report: Report,
        origin: Origin,
    ) -> Result<Reported, StoreError> {
        let add = move |draft: &mut Draft<'_>| verbs::add_report(draft, room, message, &report, origin);
        self.carrier.write("report a message", add).await
    }

    async fn reports(&self, room: CourseId, limit: usize) -> Result<Vec<ReportedMessage>, StoreError> {
        let mut found = Vec::new();
        for (key, record) in
            self.carrier.scan(Scan::prefix(Table::Reports, &reports_prefix(room, false)).take(limit)).await?
        {
            let (_, id) = reported_in(&key)?;
            let message = self.carrier.get(Table::Messages, &numbered_key(room, id)).await?;
            // One that was taken away between the two reads has none.
            let message = message.map(|record| read_message(room, id, &record)).transpose()?;
            let Some(message) = message.filter(|message| message.text().is_some()) else { continue };
            found.push(ReportedMessage { message, reports: read_reports(room, id, &record)? });
        }
        Ok(found)
    }

    async fn dismiss_reports(&self, room: CourseId, message: u64, origin: Origin) -> Result<Found, StoreError> {
        let dismiss = move |draft: &mut Draft<'_>| verbs::dismiss_reports(draft, room, message, origin);
        self.carrier.write("answer reports", dismiss).await
    }
}

#[async_trait]
impl<C: Carrier> ReadMarks for RecordStore<C> {
    async fn read_mark(&self, account: AccountId, room: CourseId) -> Result<ReadMark, StoreError> {
        let record = self.carrier.get(Table::ReadMarks, &seat_key(account, room)).await?;
        Ok(record.map(|record| read_read_mark(account, room, &record)).transpose()?.unwrap_or_default())
    }

    async fn read_marks_of(&self, account: AccountId) -> Result<Vec<(CourseId, ReadMark)>, StoreError> {
        let found = self.carrier.scan(Scan::prefix(Table::ReadMarks, &account_key(account))).await?;
        let read = |key: &[u8], record: &[u8]| {
            let room = course_in(key)?;
            Ok((room, read_read_mark(account, room, record)?))
        };
        found.iter().map(|(key, record)| read(key, record)).collect()
    }

    async fn read_up_to(&self, account: AccountId, room: CourseId, id: u64) -> Result<(), StoreError> {
        let read = move |draft: &mut Draft<'_>| verbs::read_up_to(draft, account, room, id);
        self.carrier.write("note what was read", read).await
    }
}

#[async_trait]
impl<C: Carrier> Digests for RecordStore<C> {
    async fn digest(&self, account: AccountId) -> Result<Option<Timestamp>, StoreError> {
        let record = self.carrier.get(Table::Digests, &account_key(account)).await?;
        record.map(|record| read_digest(account, &record)).transpose()
    }

    async fn set_digest(&self, account: AccountId, from: Option<Timestamp>) -> Result<Found, StoreError> {
        let set = move |draft: &mut Draft<'_>| verbs::set_digest(draft, account, from);
        self.carrier.write("note who wants digests", set).await
    }

    async fn digests(&self, after: AccountId, limit: usize) -> Result<Vec<(AccountId, Timestamp)>, StoreError> {
        let found = self.carrier.scan(Scan::all(Table::Digests).after(&account_key(after)).take(limit)).await?;
        let read = |key: &[u8], record: &[u8]| {
            let account = account_in(key)?;
            Ok((account, read_digest(account, record)?))
        };
        found.iter().map(|(key, record)| read(key, record)).collect()
    }

    async fn send_digest(
        &self,
        account: AccountId,
        last: Timestamp,
        letter: Letter,
        at: Timestamp,
    ) -> Result<Found, StoreError> {
        let send = move |draft: &mut Draft<'_>| verbs::send_digest(draft, account, last, &letter, kept(at));
        self.carrier.write("queue a digest", send).await
    }
}
