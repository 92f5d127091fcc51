//! Sessions: how a browser proves on each request who signed in.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::{AccountId, TokenKey};

/// How long a session lasts after signing in.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How exact [`Session::seen`] is: a request writes it only when it is older than this.
pub const SEEN_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// A session as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub key: TokenKey,
    /// Who signed in.
    pub account: AccountId,
    /// The account's generation at that moment; see [`super::Account::generation`].
    pub generation: u32,
    /// When they signed in.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// When it was last used, give or take [`SEEN_EVERY`].
    pub seen: Timestamp,
    /// What it was opened with, and from where.
    pub device: Device,
}

/// What a session was opened with, for its owner to know it by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// `User-Agent` of the browser; anybody can send anything there.
    agent: String,
    /// The client's address.
    pub address: Option<IpAddr>,
}

/// Longer ones say nothing more to a person.
const MAX_AGENT: usize = 256;

impl Device {
    /// A device; what it says of itself is cut short and freed from control characters.
    pub fn new(agent: &str, address: Option<IpAddr>) -> Self {
        let agent = agent.chars().filter(|character| !character.is_control()).take(MAX_AGENT).collect();
        Self { agent, address }
    }

    /// `User-Agent` of the browser; empty if it sent none.
    pub fn agent(&self) -> &str {
        &self.agent
    }
}
