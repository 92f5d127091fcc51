//! What a school does, by what it is about.

mod accounts;
mod sessions;
mod enrolling;
mod teaching;
mod inviting;
mod chatting;
mod administering;
mod housekeeping;

pub use administering::{AccountQuery, Day, EnrollmentQuery};
pub use housekeeping::Swept;
pub use teaching::{PeoplePage, PeopleQuery, Person};
