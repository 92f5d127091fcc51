//! The server's own pages: signing in, enrolling, my courses, chat, and what to say when the answer is no.

mod draw;
mod form;
mod outlook;
mod accounts;
mod students;
mod chat;
mod query;
mod teaching;
mod addresses;
mod invitations;
mod invitation;
mod admin;
mod admin_people;
mod admin_events;

pub use accounts::{bar, login, login_form, logout, logout_form, register, register_form};
pub use admin::{admin, courses};
pub use admin_events::events;
pub use admin_people::{account, accounts, enrollments};
pub use chat::{room, say};
pub use draw::{Pages, error, forbidden, not_found, refused};
pub use invitation::{accept, invitation};
pub use invitations::{invitations, invite, revoke};
pub use students::{course, enroll, enroll_form, leave, module, my_courses};
pub use teaching::{approve, people, remove, teach};
