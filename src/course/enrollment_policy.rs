//! Who may enroll in a course, and when: what its author decided.

use jiff::Timestamp;
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

/// The names of [`Admission`], as authors write them.
pub const ADMISSIONS: [(&str, Admission); 4] = [
    ("open", Admission::Open),
    ("approval", Admission::Approval),
    ("invite", Admission::Invite),
    ("closed", Admission::Closed),
];
