//! Permissions: who may do what, beyond what everybody may do with their own account and seats. Row U7.
//!
//! [`PERMISSIONS`] is the whole of it, and docs/permissions.md shows it. What changes or shows other people's affairs takes
//! a proof of it, [`Teaching`] or [`Staffing`], that only this file can make: whoever forgets to ask does not compile.

use std::fmt::Write as _;
use std::marker::PhantomData;

use super::field_permissions::fields_as_markdown;
use super::{Account, AccountId, Role, UsernameKey};
use crate::course::{Catalog, Course, CourseId, EnrollmentPolicy, Instructor};

/// Who somebody is to a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// Nobody is signed in.
    Anonymous,
    /// A student, with or without a seat, whatever their name.
    Student,
    /// The instructor who owns the course.
    Instructor,
    /// An instructor who does not; or no course is spoken of.
    OtherInstructor,
    /// The staff.
    Staff,
}

/// All of them, in the order of the columns of [`PERMISSIONS`], with what people call them.
pub const ACTORS: [(Actor, &str); 5] = [
    (Actor::Anonymous, "anonymous"),
    (Actor::Student, "student"),
    (Actor::Instructor, "instructor of the course"),
    (Actor::OtherInstructor, "instructor elsewhere"),
    (Actor::Staff, "staff"),
];

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Read the pages of a course without a place in it, and before it begins.
    Preview,
    /// See which courses one teaches.
    Teach,
    /// See who has a place in a course, waits for one, or asked.
    SeePeople,
    /// Give a place to somebody who asked.
    Approve,
    /// Refuse a request; take a place away.
    Remove,
    /// Invite into a course, see and revoke invitations.
    Invite,
    /// Read what was said in a course's room, take messages away, mute people there, answer reports.
    Moderate,
    /// See all people, courses, enrollments and events.
    Administer,
}

const YES: bool = true;
const NO: bool = false;

/// Who may do what: a row for each permission, a column for each of [`ACTORS`].
pub const PERMISSIONS: [(Permission, &str, [bool; ACTORS.len()]); 8] = [
    (Permission::Preview, "read a course's pages without a place in it", [NO, NO, YES, NO, YES]),
    (Permission::Teach, "see the courses one teaches", [NO, NO, YES, YES, YES]),
    (Permission::SeePeople, "see the people of a course", [NO, NO, YES, NO, YES]),
    (Permission::Approve, "give a place to who asked", [NO, NO, YES, NO, YES]),
    (Permission::Remove, "refuse a request, take a place away", [NO, NO, YES, NO, YES]),
    (Permission::Invite, "invite, see and revoke invitations", [NO, NO, YES, NO, YES]),
    (Permission::Moderate, "moderate a course's room: remove, mute, answer reports", [NO, NO, YES, NO, YES]),
    (Permission::Administer, "see all people, courses, enrollments and events", [NO, NO, NO, NO, YES]),
];

impl Actor {
    /// Who somebody is to a course, or without one. An instructor teaches the courses whose owner bears their user name; a
    /// student who bears it teaches nothing.
    pub fn of(account: Option<&Account>, course: Option<&Course>, catalog: &Catalog) -> Self {
        let Some(account) = account else { return Actor::Anonymous };
        let owner = || course.and_then(|course| catalog.instructors.iter().find(|one| one.id == course.owner));
        let is_owner = |owner: &Instructor| UsernameKey::of(owner.user_name.as_str()) == account.username.key();
        match account.role {
            Role::Student => Actor::Student,
            // Folding two names takes longer than a read of the store, and every gated page comes by here.
            Role::Instructor if owner().is_some_and(is_owner) => Actor::Instructor,
            Role::Instructor => Actor::OtherInstructor,
            Role::Staff => Actor::Staff,
        }
    }

    /// Whether they may do something: the table.
    pub fn may(self, permission: Permission) -> bool {
        let row = PERMISSIONS.iter().find(|(of, ..)| *of == permission);
        let column = ACTORS.iter().position(|(actor, _)| *actor == self);
        row.zip(column).is_some_and(|((_, _, row), column)| row[column])
    }
}

/// Somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPermitted;

/// A permission about one course, as a type.
pub trait CourseRight: Send + Sync + 'static {
    /// Which.
    const PERMISSION: Permission;
}

macro_rules! course_rights {
    ($($name:ident),*) => {$(
        #[doc = concat!("[`Permission::", stringify!($name), "`].")]
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl CourseRight for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )*};
}

course_rights!(SeePeople, Approve, Remove, Invite, Moderate);

/// Proof that somebody may do `R` in a course.
#[derive(Debug, Clone)]
pub struct Teaching<R> {
    by: AccountId,
    course: CourseId,
    policy: EnrollmentPolicy,
    right: PhantomData<R>,
}

impl<R: CourseRight> Teaching<R> {
    /// Asks the table.
    pub fn of(account: &Account, course: &Course, catalog: &Catalog) -> Result<Self, NotPermitted> {
        let (by, policy) = (account.id, course.enrollment.clone());
        let allowed = Actor::of(Some(account), Some(course), catalog).may(R::PERMISSION);
        allowed.then_some(Self { by, course: course.id, policy, right: PhantomData }).ok_or(NotPermitted)
    }

    /// Who may.
    pub fn by(&self) -> AccountId {
        self.by
    }

    /// Where.
    pub fn course(&self) -> CourseId {
        self.course
    }

    /// Who may enroll there.
    pub fn policy(&self) -> &EnrollmentPolicy {
        &self.policy
    }
}

/// Proof that somebody may see what the staff sees.
#[derive(Debug, Clone, Copy)]
pub struct Staffing {
    by: AccountId,
}

impl Staffing {
    /// Asks the table.
    pub fn of(account: &Account, catalog: &Catalog) -> Result<Self, NotPermitted> {
        let allowed = Actor::of(Some(account), None, catalog).may(Permission::Administer);
        allowed.then_some(Self { by: account.id }).ok_or(NotPermitted)
    }

    /// Who may.
    pub fn by(&self) -> AccountId {
        self.by
    }
}

/// The courses that somebody teaches; for the staff all. Nothing for whom the table knows no teaching.
pub fn taught<'a>(account: &Account, catalog: &'a Catalog) -> Result<Vec<&'a Course>, NotPermitted> {
    if !Actor::of(Some(account), None, catalog).may(Permission::Teach) {
        return Err(NotPermitted);
    }
    let sees = |course: &&Course| Actor::of(Some(account), Some(course), catalog).may(Permission::SeePeople);
    Ok(catalog.courses.iter().filter(sees).collect())
}

/// The table as docs/permissions.md shows it.
pub fn permissions_as_markdown() -> String {
    let mut text = PREFACE.to_owned();
    let names: Vec<_> = ACTORS.iter().map(|(_, name)| *name).collect();
    let _ = writeln!(text, "| | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for (_, what, row) in PERMISSIONS {
        let cells = row.map(|allowed| if allowed { "yes" } else { "–" });
        let _ = writeln!(text, "| {what} | {} |", cells.join(" | "));
    }
    text + AFTERWORD + &fields_as_markdown()
}

const PREFACE: &str = "# Who may do what\n\n\
    Made from the table in `src/school/permissions.rs`; a test compares the two, and another one asks every address in \
    every role.\n\n";

const AFTERWORD: &str = "\n\
    Everybody who is signed in may ask for a place in a course (its author says who gets one), give it up, and read what \
    they have a place in once it has begun. The chat room of a course and its contents over the API are for those with a \
    place alone: who teaches the course and the staff are no exception. They moderate the room on a page of its own, which \
    shows what was said.\n\n\
    Who is not signed in is sent to sign in (302; the API says 401); who is and may not hears so (403). An instructor \
    teaches the courses whose `owner` is their user name. A role is given on the command line: `educa user role NAME instructor`.\n";
