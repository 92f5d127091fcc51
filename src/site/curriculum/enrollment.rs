//! The settings of `course.md` that say who may enroll, and when.
//!
//! What a course builds upon is only read here: whether there are such courses is known once all are understood
//! (`graph::prerequisites`).

use std::ops::Range;

use jiff::Timestamp;

use super::nouns::Access;
use crate::course::{ADMISSIONS, EnrollmentPolicy};
use crate::fields::Fields;

/// What the author decided.
pub(super) struct EnrollmentSettings {
    /// All but the prerequisites.
    pub policy: EnrollmentPolicy,
    /// Their slugs, and where they stand.
    pub prerequisites: Vec<(String, Range<usize>)>,
}

impl EnrollmentSettings {
    pub fn read(fields: &mut Fields<'_>, access: Access) -> Self {
        let mut policy = EnrollmentPolicy::default();
        let admission = fields.spanned_choice("enrollment", &ADMISSIONS);
        let capacity = fields.number("capacity");
        let [opens, starts] = ["opens", "starts"].map(|key| fields.spanned_time(key));
        let [closes, ends] = ["closes", "ends"].map(|key| fields.spanned_end(key));
        if let Some((0, span)) = &capacity {
            let help = "write how many can take part, or `enrollment = \"closed\"`";
            fields.doubtful(span.clone(), "`capacity` is 0: everybody who enrolls will wait for ever", help);
        }
        for (first, then) in [(("opens", &opens), ("closes", &closes)), (("starts", &starts), ("ends", &ends))] {
            in_order(fields, first, then);
        }
        if access == Access::Public {
            let dates = [("opens", &opens), ("closes", &closes), ("starts", &starts), ("ends", &ends)];
            let dates = dates.map(|(key, date)| (key, date.as_ref().map(|(_, span)| span)));
            let admission = ("enrollment", admission.as_ref().map(|(_, span)| span));
            let capacity = ("capacity", capacity.as_ref().map(|(_, span)| span));
            for (key, span) in [admission, capacity].into_iter().chain(dates) {
                means_little(fields, key, span);
            }
        }
        policy.admission = admission.map(|(admission, _)| admission).unwrap_or_default();
        policy.capacity = capacity.map(|(capacity, _)| capacity);
        [policy.opens, policy.closes, policy.starts, policy.ends] =
            [opens, closes, starts, ends].map(|date| date.map(|(time, _)| time));
        Self { policy, prerequisites: fields.texts("prerequisites") }
    }
}

/// A date with the name of its setting.
type Named<'a> = (&'static str, &'a Option<(Timestamp, Range<usize>)>);

/// Says so if the second date is not after the first.
fn in_order(fields: &mut Fields<'_>, (first, first_date): Named<'_>, (then, then_date): Named<'_>) {
    let (Some((first_at, _)), Some((then_at, span))) = (first_date, then_date) else { return };
    if then_at <= first_at {
        let help = format!("write a date after that of `{first}`");
        fields.wrong(span.clone(), format!("`{then}` is not after `{first}`"), &help);
    }
}

/// Says that a setting keeps nobody out of a course that everyone may read.
fn means_little(fields: &mut Fields<'_>, key: &str, span: Option<&Range<usize>>) {
    if let Some(span) = span {
        let message = format!("`{key}` keeps nobody from reading a course with `access = \"public\"`");
        fields.doubtful(span.clone(), message, "remove this line, or the one with `access`");
    }
}
