//! The server's own pages: signing in, enrolling, my courses, chat, and what to say when the answer is no.

mod draw;
mod form;
mod accounts;
mod students;
mod chat;

pub use accounts::{bar, login, login_form, logout, logout_form, register, register_form};
pub use chat::{room, say};
pub use draw::{Pages, error, forbidden, not_found};
#[cfg(any(test, fuzzing))]
pub use form::Form;
pub use students::{course, enroll, enroll_form, leave, module, my_courses};
