//! Passwords that many people use: what guessing begins with.

mod list;

pub use list::is_listed;
