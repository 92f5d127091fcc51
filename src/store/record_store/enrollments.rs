//! Enrollments on any carrier.

use async_trait::async_trait;

use super::{Carrier, RecordStore, Scan};
use crate::course::{CourseId, EnrollmentPolicy};
use crate::school::{AccountId, Enrolling, Enrollments, Left, Origin, Seat, SeatCounts, StoreError, Verdict};
use crate::store::keys::{account_key, course_in, course_key, person_in, person_key, seat_key};
use crate::store::records::{read_seat, read_tally};
use crate::store::table::{Draft, Table};
use crate::store::verbs;

impl<C: Carrier> RecordStore<C> {
    async fn seat_now(&self, account: AccountId, course: CourseId) -> Result<Option<Seat>, StoreError> {
        let record = self.carrier.get(Table::Seats, &seat_key(account, course)).await?;
        record.map(|record| read_seat(account, course, &record).map(|record| record.seat)).transpose()
    }
}

#[async_trait]
impl<C: Carrier> Enrollments for RecordStore<C> {
    async fn enroll(&self, enrolling: Enrolling, origin: Origin) -> Result<Verdict, StoreError> {
        let enroll = move |draft: &mut Draft<'_>| verbs::enroll(draft, &enrolling, origin);
        self.carrier.write("enroll", enroll).await
    }

    async fn leave(
        &self,
        account: AccountId,
        course: CourseId,
        policy: EnrollmentPolicy,
        origin: Origin,
    ) -> Result<Left, StoreError> {
        let leave = move |draft: &mut Draft<'_>| verbs::leave(draft, account, course, &policy, origin);
        self.carrier.write("end an enrollment", leave).await
    }

    async fn seat(&self, account: AccountId, course: CourseId) -> Result<Option<Seat>, StoreError> {
        self.seat_now(account, course).await
    }

    async fn seats_of(&self, account: AccountId) -> Result<Vec<(CourseId, Seat)>, StoreError> {
        let found = self.carrier.scan(Scan::prefix(Table::Seats, &account_key(account))).await?;
        let read = |key: &[u8], record: &[u8]| {
            let course = course_in(key)?;
            Ok((course, read_seat(account, course, record)?.seat))
        };
        found.iter().map(|(key, record)| read(key, record)).collect()
    }

    async fn people_of(
        &self,
        course: CourseId,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<(AccountId, Seat)>, StoreError> {
        let people = Scan::prefix(Table::People, &course_key(course)).after(&person_key(course, after)).take(limit);
        let found = self.carrier.scan(people).await?;
        let people = found.iter().map(|(key, _)| person_in(key)).collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<_> = people.iter().map(|account| seat_key(*account, course)).collect();
        let records = self.carrier.get_all(Table::Seats, &keys).await?;
        // Who left between the two reads has none.
        let there = people.into_iter().zip(records).filter_map(|(account, record)| Some((account, record?)));
        there.map(|(account, record)| Ok((account, read_seat(account, course, &record)?.seat))).collect()
    }

    async fn seat_counts(&self, course: CourseId) -> Result<SeatCounts, StoreError> {
        let record = self.carrier.get(Table::Tallies, &course_key(course)).await?;
        Ok(record.map(|record| read_tally(course, &record)).transpose()?.unwrap_or_default().counts)
    }
}
