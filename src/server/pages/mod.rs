//! The server's own pages: signing in, enrolling, my courses, chat, and what to say when the answer is no.

mod draw;
mod form;
mod accounts;
mod recovery;
mod own_account;
mod students;
mod chat;

pub use accounts::{bar, login, login_form, logout, logout_form, register, register_form};
pub use chat::{room, say};
pub use draw::{Pages, error, forbidden, not_found};
pub use own_account::{account, change_email, change_password, email_form, end_sessions, password_form, sessions};
pub use recovery::{
    ask_reset, confirm, confirm_form, confirm_sent, new_password_form, reset, reset_done, reset_form, reset_sent,
};
pub use students::{course, enroll, enroll_form, leave, module, my_courses};
