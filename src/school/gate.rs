//! The gate: who may have what.
//!
//! [`admit`] is pure and the only maker of a [`Pass`]; whatever opens a gated page, the contents of a course or its chat
//! room takes a pass and no path. Whoever forgets the gate does not compile.

use super::{Account, AccountId};
use crate::course::{Address, Audience, CourseId, Published};

/// How somebody stands to one course. Made by [`super::School::standing`] from the store, so that it is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    account: Option<AccountId>,
    /// The course they are enrolled in, if they are enrolled in the one that was asked about.
    enrolled: Option<CourseId>,
}

impl Standing {
    /// Somebody of whom nothing is known: enough for what everyone may have.
    pub fn unknown() -> Self {
        Self { account: None, enrolled: None }
    }

    pub(super) fn of(account: &Account, enrolled: Option<CourseId>) -> Self {
        Self { account: Some(account.id), enrolled }
    }

    /// Whether they are enrolled in the course.
    pub fn is_enrolled(&self) -> bool {
        self.enrolled.is_some()
    }

    /// Whether they are signed in.
    pub fn is_signed_in(&self) -> bool {
        self.account.is_some()
    }
}

/// Something with a gate before it.
pub trait Gated {
    /// Who may have it.
    fn audience(&self) -> Audience;
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
}

/// The rendered contents of a course, for the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents(pub CourseId);

impl Gated for Contents {
    fn audience(&self) -> Audience {
        Audience::Enrolled(self.0)
    }
}

/// The chat room of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room(pub CourseId);

impl Gated for Room {
    fn audience(&self) -> Audience {
        Audience::Enrolled(self.0)
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
    /// Somebody is, and is not enrolled. Owners and administrators are no exception (row E9).
    NotEnrolled(CourseId),
}

/// Decides.
pub fn admit<T: Gated>(standing: &Standing, thing: T) -> Result<Pass<T>, Denied> {
    match thing.audience() {
        Audience::Everyone => Ok(Pass { thing }),
        Audience::Enrolled(course) if standing.enrolled == Some(course) => Ok(Pass { thing }),
        Audience::Enrolled(_) if standing.account.is_none() => Err(Denied::Anonymous),
        Audience::Enrolled(course) => Err(Denied::NotEnrolled(course)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::routes;
    use crate::digest::Digest;

    fn standing(enrolled: Option<CourseId>) -> Standing {
        Standing { account: Some(AccountId(7)), enrolled }
    }

    #[test]
    fn only_the_enrolled_of_that_very_course_pass() {
        let (one, two) = (CourseId::new(1).expect("an id"), CourseId::new(2).expect("an id"));
        assert!(admit(&standing(Some(one)), Room(one)).is_ok());
        assert_eq!(admit(&standing(Some(one)), Room(two)), Err(Denied::NotEnrolled(two)));
        assert_eq!(admit(&standing(None), Contents(one)), Err(Denied::NotEnrolled(one)));
        assert_eq!(admit(&Standing::unknown(), Contents(one)), Err(Denied::Anonymous));
    }

    #[test]
    fn what_is_for_everyone_needs_nothing() {
        let published = Published {
            digest: Digest::of(b""),
            size: 0,
            audience: Audience::Everyone,
            variants: Default::default(),
            lasting: false,
        };
        let file = File { address: routes::catalog(), published };
        assert!(admit(&Standing::unknown(), file).is_ok());
    }
}
