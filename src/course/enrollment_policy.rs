//! Who may enroll in a course, and when: what its author decided.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::CourseId;

/// The rules of one course. Without any, everybody who is signed in may enroll.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnrollmentPolicy {
    /// Who is let in.
    pub admission: Admission,
    /// How many have a place at one time; without a number there is room for all.
    pub capacity: Option<u32>,
    /// From when on one may enroll.
    pub opens: Option<Timestamp>,
    /// Until when one may enroll.
    pub closes: Option<Timestamp>,
    /// From when on the enrolled may read.
    pub starts: Option<Timestamp>,
    /// When the course is over: nobody enrolls any more, and who is enrolled goes on reading.
    pub ends: Option<Timestamp>,
    /// Courses in which one needs a place first.
    pub prerequisites: Vec<CourseId>,
}

impl EnrollmentPolicy {
    /// The last moment before an end, to be shown to people: of a day that is over at midnight, they name that day.
    pub fn last_moment(end: Timestamp) -> Timestamp {
        let is_midnight = end.as_second().rem_euclid(DAY) == 0 && end.subsec_nanosecond() == 0;
        if is_midnight { end.checked_sub(SignedDuration::from_micros(1)).unwrap_or(end) } else { end }
    }
}

/// The seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Who is let in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Admission {
    /// Everybody who asks.
    #[default]
    Open,
    /// Whom the instructor approves, and the invited.
    Approval,
    /// The invited.
    Invite,
    /// Nobody.
    Closed,
}

impl Admission {
    /// The name, as authors write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Admission::Open => "open",
            Admission::Approval => "approval",
            Admission::Invite => "invite",
            Admission::Closed => "closed",
        }
    }
}

/// The names of [`Admission`], as authors write them.
pub const ADMISSIONS: [(&str, Admission); 4] = [
    ("open", Admission::Open),
    ("approval", Admission::Approval),
    ("invite", Admission::Invite),
    ("closed", Admission::Closed),
];
