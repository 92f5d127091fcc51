//! The school's rules: accounts, enrollment, the gate, chat; and the ports they need.
//!
//! No HTTP, no disk. [`School`] is what the server talks to; what it needs from the outside are the ports [`Store`] and
//! [`Clock`]. The gate is in the types: a [`Pass`] can only be made by [`admit`], and whatever opens a gated thing asks
//! for one.

mod account;
mod session;
mod chat;
mod ports;
mod password;
mod hasher;
mod gate;
mod registration;
#[expect(clippy::module_inception, reason = "the room is named for its main type")]
mod school;

pub use account::{
    Account, AccountId, Email, NewAccount, NotARole, NotAUsername, NotAnEmail, PasswordHash, ROLES, Role, Username,
    UsernameKey,
};
pub use chat::{MAX_MESSAGE, Message, MessageText, NotAMessage};
pub use gate::{Contents, Denied, File, Gated, Pass, Room, Standing, admit};
pub use hasher::{Hasher, HasherError};
pub use password::check_password;
pub use ports::{Accounts, Added, Clock, Enrollments, Found, Messages, Sessions, Store, StoreError, SystemClock};
pub use registration::{Registration, RegistrationMistakes, ValidRegistration};
pub use school::{School, SchoolError, SignedIn};
pub use session::{SESSION_LIFETIME, Session, SessionKey, SessionToken};
