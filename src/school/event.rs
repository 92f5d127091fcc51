//! Events: the school's log of what matters to its security. It is only ever appended to.
//!
//! An event is made true in one transaction with what it tells, so neither is there without the other. It holds ids and
//! addresses of the network, no secrets and nothing that somebody typed.

use std::net::IpAddr;
use std::str::FromStr;

use jiff::Timestamp;

use super::AccountId;
use crate::course::CourseId;

/// Who does something, from where, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// When.
    pub at: Timestamp,
    /// Who, if somebody is signed in.
    pub by: Option<AccountId>,
    /// The client's address, if it came over the network.
    pub address: Option<IpAddr>,
}

/// The number of an event: from 1, increasing, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u64);

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// To whom.
    pub account: Option<AccountId>,
    /// About which course.
    pub course: Option<CourseId>,
    /// Who did it, from where, and when.
    pub origin: Origin,
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $name:literal,)+) => {
        /// What can happen. The names are for logs and files: they never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind {
            $($(#[$doc])+ $kind,)+
        }

        /// All kinds.
        pub const EVENT_KINDS: &[EventKind] = &[$(EventKind::$kind,)+];

        impl EventKind {
            /// The name of the kind.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(EventKind::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// An account was made.
    Registered = "registered",
    /// Somebody signed in.
    SignedIn = "signed-in",
    /// A program's credentials were accepted (HTTP Basic): at most once an hour of an account and a network.
    BasicUsed = "basic-used",
    /// Somebody tried to sign in with a wrong password, or as nobody.
    SignInFailed = "sign-in-failed",
    /// Further tries were refused for a while.
    SignInDelayed = "sign-in-delayed",
    /// Somebody signed out.
    SignedOut = "signed-out",
    /// Sessions were ended from afar.
    SessionsEnded = "sessions-ended",
    /// A token for a program was made, by hand or for a password.
    TokenMade = "token-made",
    /// Tokens of programs were ended.
    TokensEnded = "tokens-ended",
    /// A refresh token was used twice, so that somebody has a copy: the tokens it leads to were ended.
    TokenReused = "token-reused",
    /// A password was changed by who knew the old one, or from the command line.
    PasswordChanged = "password-changed",
    /// Somebody asked for a link to set a new password.
    ResetAsked = "reset-asked",
    /// A password was set through such a link.
    PasswordReset = "password-reset",
    /// An account has another mail address.
    EmailChanged = "email-changed",
    /// An account's mail address was confirmed.
    EmailConfirmed = "email-confirmed",
    /// An account has another role.
    RoleChanged = "role-changed",
    /// Nobody may sign in to an account any more; its sessions are ended.
    Disabled = "disabled",
    /// Its owner may again.
    Enabled = "enabled",
    /// Somebody has a place in a course.
    Enrolled = "enrolled",
    /// Somebody waits for a place.
    Waiting = "waiting",
    /// Somebody asked for a place.
    Requested = "requested",
    /// Somebody who asked was given a place.
    Approved = "approved",
    /// Somebody gave up a place, a request or waiting.
    Left = "left",
    /// Somebody else ended that for them.
    Removed = "removed",
    /// Somebody was invited into a course.
    Invited = "invited",
    /// An invitation that was not used was made worth nothing.
    InvitationRevoked = "invitation-revoked",
    /// An account that was never confirmed was forgotten.
    Forgotten = "forgotten",
    /// A message of theirs was taken out of a room.
    MessageRemoved = "message-removed",
    /// They may not write in a room for a time.
    Muted = "muted",
    /// They may write there again.
    Unmuted = "unmuted",
    /// A message of theirs was reported to who teaches the course.
    Reported = "reported",
    /// The reports of a message of theirs were answered: it may stand.
    ReportsDismissed = "reports-dismissed",
    /// Somebody of the staff took all accounts, enrollments or events away in a file.
    Exported = "exported",
}

/// Why a text is not an [`EventKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of event")]
pub struct NotAnEventKind;

impl FromStr for EventKind {
    type Err = NotAnEventKind;
    fn from_str(text: &str) -> Result<Self, NotAnEventKind> {
        EVENT_KINDS.iter().copied().find(|kind| kind.as_str() == text).ok_or(NotAnEventKind)
    }
}

/// Which events somebody wants to see; what is not said is not asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// About this account.
    pub account: Option<AccountId>,
    /// About this course.
    pub course: Option<CourseId>,
}

impl EventFilter {
    /// Whether an event is wanted.
    pub fn takes(&self, event: &Event) -> bool {
        self.kind.is_none_or(|kind| kind == event.kind)
            && self.account.is_none_or(|account| event.account == Some(account))
            && self.course.is_none_or(|course| event.course == Some(course))
    }
}
