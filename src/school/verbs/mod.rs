//! What a school does, by what it is about.

mod accounts;
mod sessions;
mod enrolling;
mod chatting;
mod proving;
mod recovering;
mod delivering;
mod housekeeping;

pub use delivering::Delivered;
pub use housekeeping::Swept;
pub use proving::{Credentials, Proof};
pub use recovering::Followed;
