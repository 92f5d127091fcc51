//! Seats: how an account stands to a course, and the one place that decides who gets one.
//!
//! [`decide`] is pure. The store calls it for one write after another, in the order in which they come, and each time with
//! facts that nothing changes before the verdict is true: so a capacity holds however many ask at once.

use jiff::Timestamp;

use super::{AccountId, TokenKey};
use crate::course::{Admission, CourseId, EnrollmentPolicy};

/// What an account has in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// How far it goes.
    pub state: SeatState,
    /// Since when it is so.
    pub since: Timestamp,
}

/// How far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeatState {
    /// They have a place.
    Enrolled,
    /// The course is full; they are next when their turn comes.
    Waiting,
    /// They asked, and the instructor has not answered.
    Requested,
}

/// The states by name, as addresses and files spell them.
pub const SEAT_STATES: [(&str, SeatState); 3] =
    [("enrolled", SeatState::Enrolled), ("waiting", SeatState::Waiting), ("requested", SeatState::Requested)];

impl SeatState {
    /// The name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            SeatState::Enrolled => "enrolled",
            SeatState::Waiting => "waiting",
            SeatState::Requested => "requested",
        }
    }
}

/// How many have what in a course.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeatCounts {
    /// With a place.
    pub enrolled: u64,
    /// On the waiting list.
    pub waiting: u64,
    /// Who asked.
    pub requested: u64,
}

/// Somebody who asks for a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolling {
    /// Who.
    pub account: AccountId,
    /// Where.
    pub course: CourseId,
    /// The rules of that course.
    pub policy: EnrollmentPolicy,
    /// What speaks for them.
    pub backing: Backing,
}

/// What speaks for somebody who asks for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backing {
    /// Nothing but their wish.
    None,
    /// A link that may be an invitation into this course.
    Invitation(TokenKey),
    /// Somebody who may say so.
    Approval,
    /// The same, to somebody who asked: nobody else gets a place by it.
    Answer,
}

/// What leaving did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What they had; nothing if they had nothing.
    pub had: Option<SeatState>,
    /// Who got a place by it.
    pub followed_by: Vec<AccountId>,
}

/// What somebody can do about a course, as it looks now: by the time they do it, others may have been faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What they have.
    pub seat: Option<Seat>,
    /// When the course begins, if that is still to come.
    pub begins: Option<Timestamp>,
    /// What asking for a seat would bring.
    pub verdict: Verdict,
    /// How many have what.
    pub counts: SeatCounts,
}

/// What a decision is made on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What they have already.
    pub seat: Option<SeatState>,
    /// How many have what.
    pub counts: SeatCounts,
    /// Whether they hold an invitation, or the instructor approves of them.
    pub invited: bool,
    /// Required courses in which they have no place.
    pub missing: Vec<CourseId>,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They have this from now on.
    Give(SeatState),
    /// They keep what they have.
    Keep(SeatState),
    /// They get nothing.
    Refuse(Refusal),
}

/// Why somebody gets no seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The course takes nobody.
    Closed,
    /// Enrollment has not begun.
    NotYet(Timestamp),
    /// Enrollment, or the course, is over.
    Over(Timestamp),
    /// Only the invited get in, and they hold no invitation that is worth anything.
    NotInvited,
    /// They lack a place in these courses.
    Prerequisites(Vec<CourseId>),
}

/// Decides whether somebody gets a seat.
///
/// An invitation, or the instructor's approval, stands in for the course's admission and its dates of enrollment; not for
/// its capacity, its end or what it builds upon.
pub fn decide(policy: &EnrollmentPolicy, facts: &Facts, now: Timestamp) -> Verdict {
    match facts.seat {
        Some(SeatState::Enrolled) => return Verdict::Keep(SeatState::Enrolled),
        Some(state) if !facts.invited && state == SeatState::Waiting => return Verdict::Keep(state),
        _ => {}
    }
    if let Some(refusal) = refusal(policy, facts, now) {
        // A question that was asked in time stays asked.
        return facts.seat.map_or(Verdict::Refuse(refusal), Verdict::Keep);
    }
    let wanted = match policy.admission {
        Admission::Approval if !facts.invited => SeatState::Requested,
        // Whoever waits is before whoever comes.
        _ if is_full(policy, facts.counts) || facts.counts.waiting > 0 => SeatState::Waiting,
        _ => SeatState::Enrolled,
    };
    if facts.seat == Some(wanted) { Verdict::Keep(wanted) } else { Verdict::Give(wanted) }
}

/// Whether a course has no place left.
pub fn is_full(policy: &EnrollmentPolicy, counts: SeatCounts) -> bool {
    policy.capacity.is_some_and(|capacity| counts.enrolled >= u64::from(capacity))
}

fn refusal(policy: &EnrollmentPolicy, facts: &Facts, now: Timestamp) -> Option<Refusal> {
    if let Some(ends) = policy.ends.filter(|ends| *ends <= now) {
        return Some(Refusal::Over(ends));
    }
    if !facts.invited {
        match policy.admission {
            Admission::Closed => return Some(Refusal::Closed),
            Admission::Invite => return Some(Refusal::NotInvited),
            Admission::Open | Admission::Approval => {}
        }
        if let Some(opens) = policy.opens.filter(|opens| now < *opens) {
            return Some(Refusal::NotYet(opens));
        }
        if let Some(closes) = policy.closes.filter(|closes| *closes <= now) {
            return Some(Refusal::Over(closes));
        }
    }
    (!facts.missing.is_empty()).then(|| Refusal::Prerequisites(facts.missing.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn decided(policy: &EnrollmentPolicy, facts: &Facts) -> Verdict {
        decide(policy, facts, at(100))
    }

    fn policy(admission: Admission) -> EnrollmentPolicy {
        EnrollmentPolicy { admission, ..EnrollmentPolicy::default() }
    }

    #[test]
    fn each_admission_lets_in_whom_it_names() {
        let stranger = Facts::default();
        let invited = Facts { invited: true, ..Facts::default() };
        assert_eq!(decided(&policy(Admission::Open), &stranger), Verdict::Give(SeatState::Enrolled));
        assert_eq!(decided(&policy(Admission::Approval), &stranger), Verdict::Give(SeatState::Requested));
        assert_eq!(decided(&policy(Admission::Invite), &stranger), Verdict::Refuse(Refusal::NotInvited));
        assert_eq!(decided(&policy(Admission::Closed), &stranger), Verdict::Refuse(Refusal::Closed));
        for admission in [Admission::Open, Admission::Approval, Admission::Invite, Admission::Closed] {
            assert_eq!(decided(&policy(admission), &invited), Verdict::Give(SeatState::Enrolled));
        }
    }

    #[test]
    fn a_full_course_has_a_waiting_list_and_nobody_jumps_it() {
        let small = EnrollmentPolicy { capacity: Some(2), ..EnrollmentPolicy::default() };
        let facts = |enrolled, waiting, invited| Facts {
            counts: SeatCounts { enrolled, waiting, requested: 0 },
            invited,
            ..Facts::default()
        };
        assert_eq!(decided(&small, &facts(1, 0, false)), Verdict::Give(SeatState::Enrolled));
        assert_eq!(decided(&small, &facts(2, 0, false)), Verdict::Give(SeatState::Waiting));
        assert_eq!(decided(&small, &facts(2, 0, true)), Verdict::Give(SeatState::Waiting));
        assert_eq!(decided(&small, &facts(1, 1, false)), Verdict::Give(SeatState::Waiting));
        let nothing = EnrollmentPolicy { capacity: Some(0), ..EnrollmentPolicy::default() };
        assert_eq!(decided(&nothing, &facts(0, 0, false)), Verdict::Give(SeatState::Waiting));
    }

    #[test]
    fn dates_are_kept_to_the_moment() {
        let dated = |opens, closes, ends| EnrollmentPolicy { opens, closes, ends, ..EnrollmentPolicy::default() };
        let stranger = Facts::default();
        let give = Verdict::Give(SeatState::Enrolled);
        assert_eq!(decided(&dated(Some(at(100)), Some(at(101)), Some(at(101))), &stranger), give);
        assert_eq!(decided(&dated(Some(at(101)), None, None), &stranger), Verdict::Refuse(Refusal::NotYet(at(101))));
        assert_eq!(decided(&dated(None, Some(at(100)), None), &stranger), Verdict::Refuse(Refusal::Over(at(100))));
        assert_eq!(decided(&dated(None, None, Some(at(100))), &stranger), Verdict::Refuse(Refusal::Over(at(100))));
        let invited = Facts { invited: true, ..Facts::default() };
        assert_eq!(decided(&dated(Some(at(101)), None, None), &invited), give);
        assert_eq!(decided(&dated(None, None, Some(at(100))), &invited), Verdict::Refuse(Refusal::Over(at(100))));
    }

    #[test]
    fn nothing_takes_a_seat_away() {
        let mut closed = policy(Admission::Closed);
        closed.prerequisites = vec![CourseId::new(2).expect("an id")];
        for state in [SeatState::Enrolled, SeatState::Waiting, SeatState::Requested] {
            let facts = Facts { seat: Some(state), missing: closed.prerequisites.clone(), ..Facts::default() };
            assert_eq!(decided(&closed, &facts), Verdict::Keep(state));
        }
        let waiting = Facts { seat: Some(SeatState::Waiting), ..Facts::default() };
        assert_eq!(decided(&policy(Admission::Open), &waiting), Verdict::Keep(SeatState::Waiting));
    }

    #[test]
    fn what_a_course_builds_upon_is_asked_of_the_invited_too() {
        let missing = vec![CourseId::new(2).expect("an id")];
        for invited in [false, true] {
            let facts = Facts { invited, missing: missing.clone(), ..Facts::default() };
            let refused = Verdict::Refuse(Refusal::Prerequisites(missing.clone()));
            assert_eq!(decided(&policy(Admission::Open), &facts), refused);
        }
    }
}
