//! The lines of a dump, and back into records. Documented in `docs/dump.md`; they may only grow.
//!
//! Sessions, links and letters that wait are not in a dump: they end by themselves, and soon. Tokens of programs are, by
//! their hashes: they last up to a year, and a school that moves to another machine should not break what works for it.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::dump_room_lines::{DigestLine, ReadLine, ReportsLine};
use crate::course::{CourseId, Slug};
use crate::school::{
    Account, AccountId, ApiToken, Content, Event, EventId, Message, MessageText, Muted, Origin, PasswordHash, Renewal,
    SEAT_STATES, Seat, SeatState, TokenKey,
};
use crate::store::records::SeatRecord;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Line {
    /// The first line: which version of this format.
    Educa(Head),
    Account(AccountLine),
    Token(TokenLine),
    Seat(SeatLine),
    Progress(ProgressLine),
    Message(MessageLine),
    Mute(MuteLine),
    Reports(ReportsLine),
    Read(ReadLine),
    Digest(DigestLine),
    Event(EventLine),
    /// The last ids given, so that none is given again.
    Last(LastLine),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub dump: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountLine {
    pub id: u64,
    username: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default)]
    email_confirmed: bool,
    #[serde(default = "yes")]
    active: bool,
    /// Left out if it is not, so that an educa that does not know of it takes the line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    role: String,
    /// argon2id in PHC form; empty: nobody can sign in until a password is set.
    password: String,
    created: Timestamp,
    #[serde(default)]
    generation: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenLine {
    pub account: u64,
    /// BLAKE3 of the token, in hexadecimal digits.
    hash: String,
    #[serde(default)]
    generation: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    created: Timestamp,
    expires: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renewal: Option<RenewalLine>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RenewalLine {
    /// BLAKE3 of the two halves of the refresh token.
    family: String,
    secret: String,
    expires: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatLine {
    pub account: u64,
    pub course: u32,
    state: String,
    since: Timestamp,
    /// The place in the waiting list: whoever has the lowest is next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<u64>,
}

/// One module that somebody has done: a course may have so many that all of them would be too long for a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgressLine {
    pub account: u64,
    pub course: u32,
    module: String,
    done: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageLine {
    pub course: u32,
    pub id: u64,
    author: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// In the place of a text: who took it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed_by: Option<u64>,
    /// In the place of a text: which message was taken away by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removal_of: Option<u64>,
    at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MuteLine {
    pub course: u32,
    pub account: u64,
    until: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    pub id: u64,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    course: Option<u32>,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastLine {
    pub account: u64,
    pub letter: u64,
    pub event: u64,
}

fn yes() -> bool {
    true
}

impl From<&Account> for AccountLine {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username.to_string(),
            email: account.email.as_ref().map(|email| email.as_str().to_owned()),
            email_confirmed: account.email_confirmed,
            active: account.active,
            disabled: account.disabled,
            role: account.role.as_str().to_owned(),
            password: account.password.0.clone(),
            created: account.created,
            generation: account.generation,
        }
    }
}

impl AccountLine {
    pub fn account(self) -> Result<Account, String> {
        Ok(Account {
            id: AccountId(self.id),
            username: self.username.parse().map_err(|error| format!("`username`: {error}"))?,
            email: self.email.map(|email| email.parse()).transpose().map_err(|error| format!("`email`: {error}"))?,
            email_confirmed: self.email_confirmed,
            active: self.active,
            disabled: self.disabled,
            role: self.role.parse().map_err(|error| format!("`role`: {error}"))?,
            password: PasswordHash(self.password),
            created: self.created,
            generation: self.generation,
        })
    }
}

impl From<&ApiToken> for TokenLine {
    fn from(token: &ApiToken) -> Self {
        Self {
            account: token.account.0,
            hash: token.key.to_text(),
            generation: token.generation,
            name: token.name.to_string(),
            created: token.created,
            expires: token.expires,
            used: token.used,
            renewal: token.renewal.map(|renewal| RenewalLine {
                family: renewal.family.to_text(),
                secret: renewal.secret.to_text(),
                expires: renewal.expires,
            }),
        }
    }
}

impl TokenLine {
    pub fn token(self) -> Result<ApiToken, String> {
        let hash = |field: &str, text: &str| {
            TokenKey::parse(text).ok_or_else(|| format!("`{field}` is not a hash of 64 hexadecimal digits"))
        };
        let renewal = |line: RenewalLine| -> Result<Renewal, String> {
            let (family, secret) = (hash("family", &line.family)?, hash("secret", &line.secret)?);
            Ok(Renewal { family, secret, expires: line.expires })
        };
        Ok(ApiToken {
            key: hash("hash", &self.hash)?,
            account: AccountId(self.account),
            generation: self.generation,
            name: self.name.parse().map_err(|error| format!("`name`: {error}"))?,
            created: self.created,
            expires: self.expires,
            used: self.used,
            renewal: self.renewal.map(renewal).transpose()?,
        })
    }
}

impl SeatLine {
    pub fn new(account: AccountId, course: CourseId, record: &SeatRecord) -> Self {
        let ticket = (record.ticket > 0).then_some(record.ticket);
        let Seat { state, since } = record.seat;
        Self { account: account.0, course: course.get(), state: state.as_str().to_owned(), since, ticket }
    }

    pub fn record(&self) -> Result<SeatRecord, String> {
        let state = SEAT_STATES.iter().find(|(name, _)| *name == self.state).map(|(_, state)| *state);
        let state = state.ok_or("`state` is none of enrolled, waiting and requested")?;
        if (state == SeatState::Waiting) != self.ticket.is_some_and(|ticket| ticket > 0) {
            return Err("a seat has a `ticket`, from 1, if its state is waiting, and else none".to_owned());
        }
        let seat = Seat { state, since: self.since };
        Ok(SeatRecord { seat, ticket: self.ticket.unwrap_or_default() })
    }
}

impl ProgressLine {
    pub fn new(account: AccountId, course: CourseId, (module, done): &(Slug, Timestamp)) -> Self {
        Self { account: account.0, course: course.get(), module: module.to_string(), done: *done }
    }

    pub fn module(&self) -> Result<(Slug, Timestamp), String> {
        Ok((self.module.parse().map_err(|error| format!("`module`: {error}"))?, self.done))
    }
}

impl MessageLine {
    pub fn new(course: CourseId, message: &Message) -> Self {
        let Message { id, author, at, content } = message;
        let (mut text, mut removed_by, mut removal_of) = (None, None, None);
        match content {
            Content::Said(said) => text = Some(said.as_str().to_owned()),
            Content::Removed { by } => removed_by = Some(by.0),
            Content::Removal { of } => removal_of = Some(*of),
        }
        Self { course: course.get(), id: *id, author: author.0, text, removed_by, removal_of, at: *at }
    }

    pub fn message(self) -> Result<Message, String> {
        let content = match (self.text, self.removed_by, self.removal_of) {
            (Some(text), None, None) => {
                Content::Said(MessageText::parse(&text).map_err(|error| format!("`text`: {error}"))?)
            }
            (None, Some(by), None) => Content::Removed { by: AccountId(by) },
            (None, None, Some(of)) => Content::Removal { of },
            _ => return Err("a message has one of `text`, `removed_by` and `removal_of`".to_owned()),
        };
        Ok(Message { id: self.id, author: AccountId(self.author), at: self.at, content })
    }
}

impl MuteLine {
    pub fn new(course: CourseId, account: AccountId, muted: Muted) -> Self {
        Self { course: course.get(), account: account.0, until: muted.until }
    }

    pub fn muted(&self) -> Muted {
        Muted { until: self.until }
    }
}

impl From<&Event> for EventLine {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.0,
            kind: event.kind.as_str().to_owned(),
            account: event.account.map(|account| account.0),
            course: event.course.map(|course| course.get()),
            at: event.origin.at,
            by: event.origin.by.map(|by| by.0),
            address: event.origin.address,
        }
    }
}

impl EventLine {
    pub fn event(self) -> Result<Event, String> {
        Ok(Event {
            id: EventId(self.id),
            kind: self.kind.parse().map_err(|error| format!("`kind`: {error}"))?,
            account: self.account.map(AccountId),
            course: self.course.map(course).transpose()?,
            origin: Origin { at: self.at, by: self.by.map(AccountId), address: self.address },
        })
    }
}

pub fn course(number: u32) -> Result<CourseId, String> {
    CourseId::new(number).map_err(|error| format!("`course`: {error}"))
}
