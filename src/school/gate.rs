//! The gate: who may have what.
//!
//! [`admit`] is pure and the only maker of a [`Pass`]; whatever opens a gated page, the contents of a course or its chat
//! room takes a pass and no path. Whoever forgets the gate does not compile.

use jiff::Timestamp;

use super::{Account, AccountId, Actor, Permission, Seat, SeatState};
use crate::course::{Address, Audience, Course, CourseId, Module, Published};

/// How somebody stands to one course. Made by [`super::School::standing`] from the store, so that it is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    account: Option<AccountId>,
    /// The course that was asked about.
    course: Option<CourseId>,
    /// What they have in it.
    seat: Option<Seat>,
    /// When the course begins, if that is still to come.
    begins: Option<Timestamp>,
    /// Whether they may look at everything in it: its instructor, and the staff.
    previews: bool,
}

impl Standing {
    /// Somebody of whom nothing is known: enough for what everyone may have.
    pub fn unknown() -> Self {
        Self { account: None, course: None, seat: None, begins: None, previews: false }
    }

    pub(super) fn of(
        account: &Account,
        course: CourseId,
        seat: Option<Seat>,
        begins: Option<Timestamp>,
        actor: Actor,
    ) -> Self {
        let previews = actor.may(Permission::Preview);
        Self { account: Some(account.id), course: Some(course), seat, begins, previews }
    }

    /// What they have in the course.
    pub fn seat(&self) -> Option<Seat> {
        self.seat
    }

    /// Whether they have a place in the course.
    pub fn is_enrolled(&self) -> bool {
        self.seat.is_some_and(|seat| seat.state == SeatState::Enrolled)
    }

    /// Whether they are signed in.
    pub fn is_signed_in(&self) -> bool {
        self.account.is_some()
    }

    /// Whether they may look at the course without a place in it.
    pub fn previews(&self) -> bool {
        self.previews
    }
}

/// Something with a gate before it.
pub trait Gated {
    /// Who may have it.
    fn audience(&self) -> Audience;
    /// Whether who teaches the course, and the staff, may look at it too.
    fn has_preview(&self) -> bool;
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it lies.
    pub address: Address,
    /// What it is.
    pub published: Published,
}

impl Gated for File {
    fn audience(&self) -> Audience {
        self.published.audience
    }

    fn has_preview(&self) -> bool {
        true
    }
}

/// The rendered contents of a course, for the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents(pub CourseId);

impl Gated for Contents {
    fn audience(&self) -> Audience {
        Audience::Enrolled(self.0)
    }

    /// Owners and administrators are no exception: row E9.
    fn has_preview(&self) -> bool {
        false
    }
}

/// All pages and media of a course, for who hands them out elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoursePages(pub CourseId);

impl Gated for CoursePages {
    fn audience(&self) -> Audience {
        Audience::Enrolled(self.0)
    }

    fn has_preview(&self) -> bool {
        true
    }
}

/// The chat room of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room(pub CourseId);

impl Gated for Room {
    fn audience(&self) -> Audience {
        Audience::Enrolled(self.0)
    }

    /// Owners and administrators are no exception: row E9.
    fn has_preview(&self) -> bool {
        false
    }
}

/// Who is here of the people of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendance(pub CourseId);

impl Gated for Attendance {
    fn audience(&self) -> Audience {
        Audience::Enrolled(self.0)
    }

    fn has_preview(&self) -> bool {
        true
    }
}

/// A module of a course, for who studies it and says how far they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Study<'a> {
    /// The course.
    pub course: &'a Course,
    /// One of its modules.
    pub module: &'a Module,
}

impl Gated for Study<'_> {
    fn audience(&self) -> Audience {
        Audience::Enrolled(self.course.id)
    }

    /// Who only looks at it studies nothing.
    fn has_preview(&self) -> bool {
        false
    }
}

/// Proof that somebody may have `T`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass<T> {
    thing: T,
}

impl<T> Pass<T> {
    /// What it is for.
    pub fn thing(&self) -> &T {
        &self.thing
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody is signed in.
    Anonymous,
    /// Somebody is, and is not enrolled.
    NotEnrolled(CourseId),
    /// They are enrolled, and the course has not begun.
    NotBegun(CourseId, Timestamp),
}

/// Decides.
pub fn admit<T: Gated>(standing: &Standing, thing: T) -> Result<Pass<T>, Denied> {
    let Audience::Enrolled(course) = thing.audience() else { return Ok(Pass { thing }) };
    if standing.account.is_none() {
        return Err(Denied::Anonymous);
    }
    // What is known is known of one course.
    let here = standing.course == Some(course);
    if here && standing.previews && thing.has_preview() {
        return Ok(Pass { thing });
    }
    match (here && standing.is_enrolled(), standing.begins) {
        (true, None) => Ok(Pass { thing }),
        (true, Some(begins)) => Err(Denied::NotBegun(course, begins)),
        (false, _) => Err(Denied::NotEnrolled(course)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::routes;
    use crate::digest::Digest;

    fn course(number: u32) -> CourseId {
        CourseId::new(number).expect("an id")
    }

    fn standing(state: Option<SeatState>) -> Standing {
        let seat = state.map(|state| Seat { state, since: Timestamp::UNIX_EPOCH });
        Standing { account: Some(AccountId(7)), course: Some(course(1)), seat, begins: None, previews: false }
    }

    fn page(audience: Audience) -> File {
        let (digest, variants) = (Digest::of(b""), Default::default());
        File {
            address: routes::catalog(),
            published: Published { digest, size: 0, audience, variants, lasting: false },
        }
    }

    #[test]
    fn only_the_enrolled_of_that_very_course_pass() {
        let enrolled = standing(Some(SeatState::Enrolled));
        assert!(admit(&enrolled, Room(course(1))).is_ok());
        assert_eq!(admit(&enrolled, Room(course(2))), Err(Denied::NotEnrolled(course(2))));
        for state in [None, Some(SeatState::Waiting), Some(SeatState::Requested)] {
            assert_eq!(admit(&standing(state), Contents(course(1))), Err(Denied::NotEnrolled(course(1))));
        }
        assert_eq!(admit(&Standing::unknown(), Contents(course(1))), Err(Denied::Anonymous));
    }

    #[test]
    fn nobody_reads_before_the_course_begins() {
        let early = Standing { begins: Some(Timestamp::MAX), ..standing(Some(SeatState::Enrolled)) };
        let refused = Err(Denied::NotBegun(course(1), Timestamp::MAX));
        assert_eq!(admit(&early, Room(course(1))), refused);
        assert!(admit(&early, page(Audience::Enrolled(course(1)))).is_err());
    }

    #[test]
    fn who_teaches_looks_at_the_pages_of_that_course_and_at_nothing_else() {
        let teacher = Standing { previews: true, ..standing(None) };
        assert!(admit(&teacher, page(Audience::Enrolled(course(1)))).is_ok());
        assert!(admit(&teacher, page(Audience::Enrolled(course(2)))).is_err());
        assert!(admit(&teacher, Room(course(1))).is_err());
        assert!(admit(&teacher, Contents(course(1))).is_err());
    }

    #[test]
    fn what_is_for_everyone_needs_nothing() {
        assert!(admit(&Standing::unknown(), page(Audience::Everyone)).is_ok());
    }
}
