//! Sessions: how a browser proves on each request who signed in.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::AccountId;

/// 256 random bits, known to the browser alone; the store keeps only their hash.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken([u8; 32]);

/// What the store knows a session by: the BLAKE3 hash of its token.
///
/// A fast hash is enough: the token has 256 random bits, so nothing can be guessed from its hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey(pub [u8; 32]);

/// How long a session lasts after signing in.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

impl SessionToken {
    /// The token made of these random bits.
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Reads the text form, 64 hexadecimal digits; nothing if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// The text form, for the cookie.
    pub fn to_text(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// What the store knows it by.
    pub fn key(&self) -> SessionKey {
        SessionKey(*blake3::hash(&self.0).as_bytes())
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

/// A session as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it is known by.
    pub key: SessionKey,
    /// Who signed in.
    pub account: AccountId,
    /// The account's generation at that moment; see [`super::Account::generation`].
    pub generation: u32,
    /// When it ends.
    pub expires: Timestamp,
}
