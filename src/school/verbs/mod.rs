//! What a school does, by what it is about.

mod accounts;
mod sessions;
mod enrolling;
mod teaching;
mod inviting;
mod chatting;
mod housekeeping;

pub use housekeeping::Swept;
pub use teaching::{PeoplePage, PeopleQuery, Person};
