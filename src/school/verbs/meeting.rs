//! Who somebody meets: the people of several courses, each once, with the courses they are met in.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::course::CourseId;
use crate::school::{Account, AccountId, Attendance, Pass, School, SchoolError, SeatState};

/// How many seats of a course are read at a time.
const STEP: usize = 64;

/// How many people after a page are counted.
const COUNTED: usize = 1_000;

/// Somebody who has a place in the courses that were asked about.
#[derive(Debug, Clone)]
pub struct Fellow {
    /// Who.
    pub account: Account,
    /// In which of the courses, in the order they were asked in.
    pub courses: Vec<CourseId>,
}

/// Some of them, in the order of their accounts.
#[derive(Debug, Clone, Default)]
pub struct Fellows {
    /// Who.
    pub people: Vec<Fellow>,
    /// How many there are after them, as far as they were counted.
    pub n_after: usize,
    /// Whether there are more than that.
    pub more: bool,
}

impl School {
    /// Those who have a place in any of these courses, after an account (0 for the first), at most `limit` of them.
    pub async fn fellows(
        &self,
        courses: &[Pass<Attendance>],
        after: AccountId,
        limit: usize,
    ) -> Result<Fellows, SchoolError> {
        let mut crowd = Crowd::gather(self, courses, after).await?;
        let mut fellows = Fellows::default();
        while let Some((account, courses)) = crowd.next(self).await? {
            if fellows.people.len() < limit {
                // Who may not sign in is nobody's company.
                let account = self.store.account(account).await?.filter(|account| account.active && !account.disabled);
                fellows.people.extend(account.map(|account| Fellow { account, courses }));
            } else if fellows.n_after < COUNTED {
                fellows.n_after += 1;
            } else {
                fellows.more = true;
                break;
            }
        }
        Ok(fellows)
    }
}

/// The people of several courses, read side by side: what is in memory is a step of each.
struct Crowd {
    courses: Vec<Stretch>,
    /// The next of each course that has one, the first account on top.
    next: BinaryHeap<Reverse<(AccountId, usize)>>,
}

/// The people of one course, as far as they are read.
struct Stretch {
    course: CourseId,
    people: VecDeque<AccountId>,
    last: AccountId,
}

impl Crowd {
    async fn gather(school: &School, passes: &[Pass<Attendance>], after: AccountId) -> Result<Self, SchoolError> {
        let mut crowd = Self { courses: Vec::new(), next: BinaryHeap::new() };
        for pass in passes {
            let Attendance(course) = *pass.thing();
            crowd.courses.push(Stretch { course, people: VecDeque::new(), last: after });
            crowd.advance(school, crowd.courses.len() - 1).await?;
        }
        Ok(crowd)
    }

    /// The next account, and all courses it is in.
    async fn next(&mut self, school: &School) -> Result<Option<(AccountId, Vec<CourseId>)>, SchoolError> {
        let Some(Reverse((account, _))) = self.next.peek().copied() else { return Ok(None) };
        let mut courses = Vec::new();
        while let Some(Reverse((_, at))) = self.next.peek().copied().filter(|Reverse((next, _))| *next == account) {
            self.next.pop();
            courses.push(self.courses[at].course);
            self.advance(school, at).await?;
        }
        Ok(Some((account, courses)))
    }

    /// Puts the next of a course on the heap.
    async fn advance(&mut self, school: &School, at: usize) -> Result<(), SchoolError> {
        let stretch = &mut self.courses[at];
        while stretch.people.is_empty() {
            let step = school.store.people_of(stretch.course, stretch.last, STEP).await?;
            let Some((last, _)) = step.last() else { return Ok(()) };
            stretch.last = *last;
            let enrolled = step.into_iter().filter(|(_, seat)| seat.state == SeatState::Enrolled);
            stretch.people.extend(enrolled.map(|(account, _)| account));
            // A store in memory is never waited for.
            tokio::task::yield_now().await;
        }
        self.next.extend(stretch.people.pop_front().map(|account| Reverse((account, at))));
        Ok(())
    }
}
