//! What a school does, by what it is about.

mod accounts;
mod sessions;
mod enrolling;
mod chatting;
mod housekeeping;

pub use housekeeping::Swept;
