//! What a school does, by what it is about.

mod accounts;
mod sessions;
mod tokens;
mod enrolling;
mod studying;
mod teaching;
mod meeting;
mod inviting;
mod chatting;
mod moderating;
mod attending;
mod digesting;
mod administering;
mod exporting;
mod following;
mod proving;
mod recovering;
mod delivering;
mod housekeeping;

pub use administering::{AccountQuery, Day, EnrollmentQuery};
pub use attending::Attention;
pub use chatting::Unsaid;
pub use delivering::Delivered;
pub use housekeeping::Swept;
pub use meeting::{Fellow, Fellows};
pub use proving::{Credentials, Proof};
pub use recovering::Followed;
pub use sessions::Ended;
pub use teaching::{PeoplePage, PeopleQuery, Person};
pub use tokens::{Granted, MadeToken};
