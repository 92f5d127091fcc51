//! Exports: everything of a kind, a page at a time, for the staff. Who takes them is in the log.

use std::net::IpAddr;

use crate::course::CourseId;
use crate::school::{Account, AccountId, EventKind, Origin, School, SchoolError, Seat, Staffing};

/// How many records are read at a time.
const STEP: usize = 500;

impl School {
    /// Some accounts after one (0 for the first), by id; none after the last.
    pub async fn accounts_to_export(&self, _: &Staffing, after: AccountId) -> Result<Vec<Account>, SchoolError> {
        Ok(self.store.accounts(after, STEP).await?)
    }

    /// What some accounts have, in courses that are published and in others.
    pub async fn seats_to_export(
        &self,
        _: &Staffing,
        accounts: &[Account],
    ) -> Result<Vec<Vec<(CourseId, Seat)>>, SchoolError> {
        let mut seats = Vec::with_capacity(accounts.len());
        for account in accounts {
            seats.push(self.store.seats_of(account.id).await?);
        }
        Ok(seats)
    }

    /// Notes in the log of events that somebody takes an export away.
    pub async fn note_export(&self, staffing: &Staffing, address: Option<IpAddr>) -> Result<(), SchoolError> {
        let by = staffing.by();
        let origin = Origin { at: self.clock.now(), by: Some(by), address };
        self.store.add_event(EventKind::Exported, Some(by), None, origin).await?;
        Ok(())
    }
}
