//! The gate for front servers: one rule, asked in three ways.
//!
//! A request for a file asks [`knock()`] itself. A front server that sends the bytes asks [`check()`] first, or hands the
//! request on and is told by [`hand_over()`] which file to send. All of them end in [`crate::school::admit`].

mod knock;
mod asked;
mod check;
mod accel;

pub use accel::hand_over;
#[cfg(any(test, fuzzing))]
pub use asked::{address as asked_address, only_reads as asked_only_reads};
pub use check::check;
pub use knock::knock;
