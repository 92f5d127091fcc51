//! The server's own pages: signing in, enrolling, my courses, chat, and what to say when the answer is no.

mod draw;
mod form;
mod outlook;
mod accounts;
mod recovery;
mod own_account;
mod own_tokens;
mod students;
mod progress;
mod chat;
mod online;
mod moderation;
mod own_digest;
mod query;
mod teaching;
mod addresses;
mod invitations;
mod invitation;
mod admin;
mod admin_people;
mod admin_events;

pub use accounts::{LOGIN, REGISTER, bar, login, login_form, logout, logout_form, register, register_form, with_next};
pub use addresses::{Addresses, BadLine, Why, read as read_addresses, read_list};
pub use admin::{admin, courses};
pub use admin_events::events;
pub use admin_people::{account, accounts, enrollments};
pub use chat::{report, room, say, take_back};
pub use draw::{Pages, error, forbidden, not_found, refused};
#[cfg(any(test, fuzzing))]
pub use form::Form;
pub use invitation::{accept, invitation};
pub use invitations::{invitations, invite, revoke, send_invitations};
pub use moderation::{dismiss, moderation, mute, remove_message};
pub use online::online;
pub use own_account::{change_email, change_password, email_form, end_sessions, my_account, password_form, sessions};
pub use own_digest::{DIGEST, change_digest, digest_form};
pub use own_tokens::{change_tokens, tokens};
pub use progress::done;
pub use recovery::{
    ask_reset, confirm, confirm_form, confirm_sent, new_password_form, reset, reset_done, reset_form, reset_sent,
};
pub use students::{course, enroll, enroll_form, leave, module, my_courses};
pub use teaching::{approve, people, remove, teach};
