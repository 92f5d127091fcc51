//! What an instructor does in a course: sees who is there, answers requests, takes places away.

use std::net::IpAddr;

use crate::course::CourseId;
use crate::school::{
    Account, AccountId, Approve, Backing, CourseRight, Enrolling, Left, Origin, Progress, Remove, School, SchoolError,
    Seat, SeatCounts, SeatState, SeePeople, Teaching, UsernameKey, Verdict,
};

/// Somebody who has something in a course.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub account: Account,
    /// What.
    pub seat: Seat,
    /// What they have done there.
    pub progress: Progress,
}

/// Which people of a course somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleQuery {
    /// Those who have this; without it, all.
    pub state: Option<SeatState>,
    /// Those whose user name has this in it.
    pub search: String,
    /// Those after this one.
    pub after: Option<AccountId>,
    /// At most so many.
    pub limit: usize,
}

/// Some of the people of a course.
#[derive(Debug, Clone, Default)]
pub struct PeoplePage {
    /// Who waits or asked, the longest first; others in the order of their accounts.
    pub people: Vec<Person>,
    /// Whether there are more after them.
    pub more: bool,
}

/// How many seats are read at a time.
const STEP: usize = 500;

impl School {
    /// The people of a course.
    pub async fn people(&self, teaching: &Teaching<SeePeople>, query: &PeopleQuery) -> Result<PeoplePage, SchoolError> {
        match query.state {
            Some(SeatState::Waiting | SeatState::Requested) => self.queue(teaching.course(), query).await,
            _ => self.crowd(teaching.course(), query).await,
        }
    }

    /// How many have what in a course.
    pub async fn seat_counts(&self, teaching: &Teaching<SeePeople>) -> Result<SeatCounts, SchoolError> {
        Ok(self.store.seat_counts(teaching.course()).await?)
    }

    /// Gives a place to somebody who asked, or a place in the waiting list if there is none.
    pub async fn approve(
        &self,
        teaching: &Teaching<Approve>,
        account: AccountId,
        address: Option<IpAddr>,
    ) -> Result<Verdict, SchoolError> {
        let (course, policy) = (teaching.course(), teaching.policy().clone());
        let enrolling = Enrolling { account, course, policy, backing: Backing::Answer };
        Ok(self.store.enroll(enrolling, self.origin_of(teaching, address)).await?)
    }

    /// Refuses a request, or takes a place away; who waits longest gets it.
    pub async fn remove(
        &self,
        teaching: &Teaching<Remove>,
        account: AccountId,
        address: Option<IpAddr>,
    ) -> Result<Left, SchoolError> {
        let (policy, origin) = (teaching.policy().clone(), self.origin_of(teaching, address));
        Ok(self.store.leave(account, teaching.course(), policy, origin).await?)
    }

    pub(super) fn origin_of<R: CourseRight>(&self, teaching: &Teaching<R>, address: Option<IpAddr>) -> Origin {
        Origin { at: self.clock.now(), by: Some(teaching.by()), address }
    }

    /// In the order of accounts, which is that of the store: no more is read than is shown or searched.
    async fn crowd(&self, course: CourseId, query: &PeopleQuery) -> Result<PeoplePage, SchoolError> {
        let mut page = PeoplePage::default();
        let mut after = query.after.unwrap_or(AccountId(0));
        loop {
            let step = self.store.people_of(course, after, STEP).await?;
            let Some((last, _)) = step.last() else { return Ok(page) };
            after = *last;
            for (account, seat) in
                step.into_iter().filter(|(_, seat)| query.state.is_none_or(|state| state == seat.state))
            {
                let Some(person) = self.person(course, account, seat, &query.search).await? else { continue };
                if page.people.len() == query.limit {
                    page.more = true;
                    return Ok(page);
                }
                page.people.push(person);
            }
            tokio::task::yield_now().await;
        }
    }

    /// In the order in which they came.
    async fn queue(&self, course: CourseId, query: &PeopleQuery) -> Result<PeoplePage, SchoolError> {
        let mut all = Vec::new();
        let mut after = AccountId(0);
        loop {
            let step = self.store.people_of(course, after, STEP).await?;
            let Some((last, _)) = step.last() else { break };
            after = *last;
            all.extend(step.into_iter().filter(|(_, seat)| query.state == Some(seat.state)));
            tokio::task::yield_now().await;
        }
        all.sort_by_key(|(account, seat)| (seat.since, *account));
        let at = query.after.and_then(|after| all.iter().position(|(account, _)| *account == after));
        let mut page = PeoplePage::default();
        for (account, seat) in all.into_iter().skip(at.map_or(0, |at| at + 1)) {
            let Some(person) = self.person(course, account, seat, &query.search).await? else { continue };
            if page.people.len() == query.limit {
                page.more = true;
                break;
            }
            page.people.push(person);
        }
        Ok(page)
    }

    /// Somebody, if they are looked for.
    async fn person(
        &self,
        course: CourseId,
        account: AccountId,
        seat: Seat,
        search: &str,
    ) -> Result<Option<Person>, SchoolError> {
        let account = self.store.account(account).await?;
        let search = UsernameKey::of(search);
        let account = account.filter(|account| account.username.key().as_str().contains(search.as_str()));
        let Some(account) = account else { return Ok(None) };
        let progress = self.store.progress(account.id, course).await?;
        Ok(Some(Person { account, seat, progress }))
    }
}
