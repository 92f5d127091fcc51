//! What the staff sees: all people, courses, enrollments and events. Rows O1 and O3. Nothing here changes anything.

use std::collections::BTreeMap;

use jiff::{SignedDuration, civil::Date, tz::TimeZone};

use crate::course::CourseId;
use crate::school::{
    Account, AccountId, AccountState, Event, EventFilter, EventId, EventKind, Role, School, SchoolError, Seat,
    SeatCounts, SeatState, Session, Staffing, UsernameKey,
};

/// Which accounts somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountQuery {
    /// Those in this role.
    pub role: Option<Role>,
    /// Those in this state.
    pub state: Option<AccountState>,
    /// Those whose user name or mail address has this in it.
    pub search: String,
    /// Those after this one.
    pub after: Option<AccountId>,
    /// At most so many.
    pub limit: usize,
}

/// Which enrollments somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnrollmentQuery {
    /// In these courses, one after the other.
    pub courses: Vec<CourseId>,
    /// Those in this state.
    pub state: Option<SeatState>,
    /// Those after this one.
    pub after: Option<(CourseId, AccountId)>,
    /// At most so many.
    pub limit: usize,
}

/// What happened on a day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// How many places were given.
    pub enrollments: u64,
    /// How often somebody signed in.
    pub sign_ins: u64,
    /// How often somebody tried in vain.
    pub failures: u64,
}

/// How many records are read at a time.
const STEP: usize = 500;

/// How many events a look back reads at most, so that a flood of them keeps nobody waiting.
const LOOK_BACK: usize = 200_000;

impl School {
    /// Accounts by id, and whether there are more after them.
    pub async fn find_accounts(&self, _: &Staffing, query: &AccountQuery) -> Result<(Vec<Account>, bool), SchoolError> {
        let search = UsernameKey::of(&query.search);
        let has = |text: &str| text.contains(search.as_str());
        let wanted = |account: &Account| {
            let by_mail = account.email.as_ref().is_some_and(|email| has(email.key().as_str()));
            query.role.is_none_or(|role| role == account.role)
                && query.state.is_none_or(|state| state == account.state())
                && (has(account.username.key().as_str()) || by_mail)
        };
        let mut found = Vec::new();
        let mut after = query.after.unwrap_or(AccountId(0));
        loop {
            let step = self.store.accounts(after, STEP).await?;
            let Some(last) = step.last() else { return Ok((found, false)) };
            after = last.id;
            for account in step.into_iter().filter(&wanted) {
                if found.len() == query.limit {
                    return Ok((found, true));
                }
                found.push(account);
            }
            tokio::task::yield_now().await;
        }
    }

    /// The seats of somebody, the newest first, and the sessions that have not ended.
    pub async fn affairs_of(
        &self,
        _: &Staffing,
        account: &Account,
    ) -> Result<(Vec<(CourseId, Seat)>, Vec<Session>), SchoolError> {
        Ok((self.my_seats(account).await?, self.sessions(account).await?))
    }

    /// How many have what in a course.
    pub async fn counts_of(&self, _: &Staffing, course: CourseId) -> Result<SeatCounts, SchoolError> {
        Ok(self.store.seat_counts(course).await?)
    }

    /// Enrollments, and whether there are more after them.
    pub async fn find_enrollments(
        &self,
        _: &Staffing,
        query: &EnrollmentQuery,
    ) -> Result<(Vec<(CourseId, AccountId, Seat)>, bool), SchoolError> {
        let mut found = Vec::new();
        let begin = query.after.and_then(|(course, _)| query.courses.iter().position(|one| *one == course));
        for (at, course) in query.courses.iter().enumerate().skip(begin.unwrap_or(0)) {
            let inside = query.after.filter(|_| Some(at) == begin);
            let mut after = inside.map_or(AccountId(0), |(_, account)| account);
            loop {
                let step = self.store.people_of(*course, after, STEP).await?;
                let Some((last, _)) = step.last() else { break };
                after = *last;
                for (account, seat) in step {
                    if query.state.is_some_and(|state| state != seat.state) {
                        continue;
                    }
                    if found.len() == query.limit {
                        return Ok((found, true));
                    }
                    found.push((*course, account, seat));
                }
                tokio::task::yield_now().await;
            }
        }
        Ok((found, false))
    }

    /// The events before an id, the newest first.
    pub async fn events(
        &self,
        _: &Staffing,
        before: Option<EventId>,
        filter: EventFilter,
        limit: usize,
    ) -> Result<Vec<Event>, SchoolError> {
        Ok(self.store.events(before, filter, limit).await?)
    }

    /// What happened on each of the last days, today included, the oldest first.
    pub async fn days(&self, _: &Staffing, n_days: u32) -> Result<Vec<Day>, SchoolError> {
        let date = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).date();
        let now = self.clock.now();
        let dates = (0..i64::from(n_days)).rev().map(|ago| date(now - SignedDuration::from_hours(24 * ago)));
        let mut days: BTreeMap<Date, Day> =
            dates.map(|date| (date, Day { date, enrollments: 0, sign_ins: 0, failures: 0 })).collect();
        let mut before = None;
        let mut n_read = 0;
        'log: while n_read < LOOK_BACK {
            let step = self.store.events(before, EventFilter::default(), STEP).await?;
            let Some(last) = step.last() else { break };
            (before, n_read) = (Some(last.id), n_read + step.len());
            for event in step {
                let Some(day) = days.get_mut(&date(event.origin.at)) else { break 'log };
                match event.kind {
                    EventKind::Enrolled | EventKind::Approved => day.enrollments += 1,
                    EventKind::SignedIn => day.sign_ins += 1,
                    EventKind::SignInFailed | EventKind::SignInDelayed => day.failures += 1,
                    _ => {}
                }
            }
        }
        Ok(days.into_values().collect())
    }

    /// How many bytes the records take.
    pub async fn store_size(&self, _: &Staffing) -> Result<u64, SchoolError> {
        Ok(self.store.size().await?)
    }
}
