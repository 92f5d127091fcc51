//! Seats in courses: asked for, left, and what follows from them.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::course::{Catalog, Course, CourseId, EnrollmentPolicy};
use crate::school::{
    Account, AccountId, Actor, Backing, Enrolling, Facts, Left, Outlook, School, SchoolError, Seat, SeatState,
    Standing, Verdict, decide,
};

impl School {
    /// Asks for a seat in a course; twice is once.
    pub async fn enroll(
        &self,
        account: &Account,
        course: &Course,
        backing: Backing,
        address: Option<IpAddr>,
    ) -> Result<Verdict, SchoolError> {
        let policy = course.enrollment.clone();
        let enrolling = Enrolling { account: account.id, course: course.id, policy, backing };
        Ok(self.store.enroll(enrolling, self.origin(Some(account), address)).await?)
    }

    /// Gives up a seat, a request, or waiting. Of a course that is not published any more nothing but its id is known.
    pub async fn leave(
        &self,
        account: &Account,
        course: CourseId,
        policy: EnrollmentPolicy,
        address: Option<IpAddr>,
    ) -> Result<Left, SchoolError> {
        Ok(self.store.leave(account.id, course, policy, self.origin(Some(account), address)).await?)
    }

    /// How somebody stands to a course of this catalog.
    pub async fn standing(
        &self,
        account: Option<&Account>,
        course: CourseId,
        catalog: &Catalog,
    ) -> Result<Standing, SchoolError> {
        let Some(account) = account else { return Ok(Standing::unknown()) };
        let seat = self.seat_of(account.id, course).await?;
        let published = catalog.course(course);
        let begins = published.and_then(|course| self.begins(course));
        let actor = Actor::of(Some(account), published, catalog);
        Ok(Standing::of(account, course, seat, begins, actor))
    }

    async fn seat_of(&self, account: AccountId, course: CourseId) -> Result<Option<Seat>, SchoolError> {
        let read = async { Ok(self.store.seat(account, course).await?) };
        self.known_seats.or_read((account, course), self.store.version(), read).await
    }

    /// What somebody can do about a course; `invited` if they hold an invitation into it.
    pub async fn outlook(
        &self,
        account: Option<&Account>,
        course: &Course,
        invited: bool,
    ) -> Result<Outlook, SchoolError> {
        let (mut seat, mut missing) = (None, Vec::new());
        if let Some(account) = account {
            seat = self.store.seat(account.id, course.id).await?;
            for required in &course.enrollment.prerequisites {
                let has = self.store.seat(account.id, *required).await?;
                missing.extend(Some(*required).filter(|_| has.is_none_or(|seat| seat.state != SeatState::Enrolled)));
            }
        }
        let counts = self.store.seat_counts(course.id).await?;
        let facts = Facts { seat: seat.map(|seat| seat.state), counts, invited, missing };
        let verdict = decide(&course.enrollment, &facts, self.clock.now());
        Ok(Outlook { seat, begins: self.begins(course), verdict, counts })
    }

    /// When a course begins, if that is still to come.
    pub fn begins(&self, course: &Course) -> Option<Timestamp> {
        course.enrollment.starts.filter(|starts| self.clock.now() < *starts)
    }

    /// The courses somebody has a place in, by id.
    pub async fn courses_of(&self, account: AccountId) -> Result<Vec<CourseId>, SchoolError> {
        let seats = self.store.seats_of(account).await?;
        Ok(seats.into_iter().filter(|(_, seat)| seat.state == SeatState::Enrolled).map(|(course, _)| course).collect())
    }

    /// The seats somebody has, the newest first.
    pub async fn my_seats(&self, account: &Account) -> Result<Vec<(CourseId, Seat)>, SchoolError> {
        let mut seats = self.store.seats_of(account.id).await?;
        seats.sort_by_key(|(course, seat)| std::cmp::Reverse((seat.since, *course)));
        Ok(seats)
    }
}
