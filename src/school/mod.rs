//! The school's rules: accounts, enrollment, the gate, chat; and the ports they need.
//!
//! No HTTP, no disk. [`School`] is what the server talks to; what it needs from the outside are the ports [`Store`] and
//! [`Clock`]. The gate is in the types: a [`Pass`] can only be made by [`admit`], and whatever opens a gated thing asks
//! for one.

mod account;
mod token;
mod session;
mod link;
mod letter;
mod event;
mod seat;
mod chat;
mod ports;
mod password;
mod hasher;
mod gate;
mod registration;
#[expect(clippy::module_inception, reason = "the room is named for its main type")]
mod school;
mod verbs;

pub use account::{
    Account, AccountId, Email, EmailKey, NewAccount, NotARole, NotAUsername, NotAnEmail, PasswordHash, ROLES, Role,
    Username, UsernameKey, UsernameLook,
};
pub use chat::{MAX_MESSAGE, Message, MessageText, NotAMessage};
pub use event::{EVENT_KINDS, Event, EventFilter, EventId, EventKind, NotAnEventKind, Origin};
pub use gate::{Contents, CoursePages, Denied, File, Gated, Pass, Room, Standing, admit};
pub use hasher::{Hasher, HasherError};
pub use letter::{Letter, LetterId, QueuedLetter};
pub use link::{Link, Purpose};
pub use password::check_password;
pub use ports::{
    Accounts, Added, Clock, Enrollments, Events, Found, Letters, Links, Messages, Sessions, Store, StoreError,
    StoreWork, SystemClock, Watched,
};
pub use registration::{Registration, RegistrationMistakes, ValidRegistration};
pub use school::{School, SchoolError, SignedIn};
pub use seat::{
    Backing, Enrolling, Facts, Left, Refusal, SEAT_STATES, Seat, SeatCounts, SeatState, Verdict, decide, is_full,
};
pub use session::{Device, SEEN_EVERY, SESSION_LIFETIME, Session};
pub use token::{NoRandomness, Token, TokenKey};
pub use verbs::Swept;
