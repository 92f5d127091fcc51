//! Ids: the integer keys of the REST API and of every enrollment record.
//!
//! An id is given once and never reused, so that a course can be renamed and moved and nobody loses a seat.

use std::fmt;
use std::str::FromStr;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a whole number from 1 up")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The id with this number; 0 is none.
            pub fn new(number: u32) -> Result<Self, NotAnId> {
                if number == 0 { Err(NotAnId) } else { Ok(Self(number)) }
            }

            /// The number.
            pub fn get(self) -> u32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                // Only the canonical form: "+1" and "01" would be second names of the same thing.
                let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
                if !canonical {
                    return Err(NotAnId);
                }
                text.parse().map_err(|_| NotAnId).and_then(Self::new)
            }
        }
    };
}

id! {
    /// Identifies a course for ever.
    CourseId
}
id! {
    /// Identifies a subject for ever.
    SubjectId
}
id! {
    /// Identifies an instructor for ever; the API's `owner`.
    InstructorId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_form_is_an_id() {
        assert_eq!("7".parse::<CourseId>().map(CourseId::get), Ok(7));
        for text in ["", "0", "+7", "07", "-1", "7a", "4294967296", "٧"] {
            assert_eq!(text.parse::<CourseId>(), Err(NotAnId), "{text:?}");
        }
    }
}
