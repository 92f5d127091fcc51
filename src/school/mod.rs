//! The school's rules: accounts, enrollment, the gate, chat; and the ports they need.
//!
//! No HTTP, no disk. [`School`] is what the server talks to; what it needs from the outside are the ports [`Store`],
//! [`Clock`] and [`Mailer`]. The gate is in the types: a [`Pass`] can only be made by [`admit`], and whatever opens a gated thing asks
//! for one.

mod account;
mod token;
mod session;
mod api_token;
mod link;
mod letter;
mod occasion;
mod device_token;
mod throttle;
mod budget;
mod event;
mod seat;
mod progress;
mod chat;
mod report;
mod mention;
mod ports;
mod room_ports;
mod common_passwords;
mod password;
mod hasher;
mod remembered;
mod known;
mod permissions;
mod field_permissions;
mod gate;
mod registration;
#[expect(clippy::module_inception, reason = "the room is named for its main type")]
mod school;
mod verbs;

pub use account::{
    ACCOUNT_STATES, Account, AccountId, AccountState, Email, EmailKey, NewAccount, NotARole, NotAUsername, NotAnEmail,
    PasswordHash, ROLES, Role, Username, UsernameKey, UsernameLook,
};
pub use api_token::{
    ApiToken, FAMILY_LIFETIME, MAX_TOKEN_NAME, MAX_TOKENS, NextKeys, NotATokenName, REFRESH_LIFETIME, RefreshToken,
    Renewal, Renewed, TOKEN_DAYS, TOKEN_LIFETIME, TokenName, TooManyTokens,
};
pub use budget::{Budget, Rest, Spent};
pub use chat::{Content, MAX_MESSAGE, Message, MessageText, Muted, NotAMessage};
pub use device_token::{DeviceToken, SealKey};
pub use event::{EVENT_KINDS, Event, EventFilter, EventId, EventKind, NotAnEventKind, Origin};
pub use field_permissions::{FIELDS, FieldRule, Reader, SHAPES};
pub use gate::{Attendance, Contents, CoursePages, Denied, File, Gated, Pass, Room, Standing, Study, admit};
pub use hasher::{Hasher, HasherError};
pub use letter::{Letter, LetterId, QueuedLetter};
pub use link::{Link, Purpose};
pub use mention::{MAX_MENTIONED, MAX_MENTIONS, Mention, MentionedName, ReadMark, mentioned_names};
pub use occasion::{LetterWriter, MentionedIn, Occasion, Quote, Unwritten};
pub use password::check_password;
pub use permissions::{
    ACTORS, Actor, Approve, CourseRight, Invite, Moderate, NotPermitted, PERMISSIONS, Permission, Remove, SeePeople,
    Staffing, Teaching, permissions_as_markdown, taught,
};
pub use ports::{
    Accounts, Added, Clock, Enrollments, Events, Found, Letters, Links, Mailer, MailerError, Messages, Progresses,
    Secrets, Sessions, Store, StoreError, StoreWork, SystemClock, Tokens, Upkeep,
};
pub use progress::{Mark, Marking, Progress};
pub use registration::{NewPassword, PasswordMistakes, Registration, RegistrationMistakes, ValidRegistration};
pub use report::{MAX_REASON, MAX_REPORTS, NotAReason, Report, ReportReason, Reported, ReportedMessage};
pub use room_ports::{Digests, ReadMarks, Reports};
pub use school::{AccountRules, School, SchoolError, SignedIn};
pub use seat::{
    Backing, Enrolling, Facts, Left, Outlook, Refusal, SEAT_STATES, Seat, SeatCounts, SeatState, Verdict, decide,
    is_full,
};
pub use session::{Device, SEEN_EVERY, SESSION_LIFETIME, Session};
pub use throttle::{Throttle, TooEarly, network_of};
pub use token::{NoRandomness, Token, TokenKey};
pub use verbs::{
    AccountQuery, Attention, Credentials, Day, Delivered, Ended, EnrollmentQuery, Fellow, Fellows, Followed, Granted,
    MadeToken, PeoplePage, PeopleQuery, Person, Proof, Swept, Unsaid,
};
