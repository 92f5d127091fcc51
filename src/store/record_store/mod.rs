//! The port of the school on tables of bytes, whichever [`Carrier`] holds them.

mod carrier;
mod accounts;
mod sessions;
mod tokens;
mod links;
mod letters;
mod enrollments;
mod progress;
mod messages;
mod rooms;
mod events;
mod upkeep;
mod secrets;

pub use carrier::{Carrier, Order, RecordStore, Scan, Verb};
