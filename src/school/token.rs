//! Tokens: secrets that whoever holds them proves something with, such as a session or a link in a letter.

use std::fmt;

/// 256 random bits, known to their holder alone; the store keeps only their hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// What the store knows a token by: its BLAKE3 hash.
///
/// A fast hash is enough: the token has 256 random bits, so nothing can be guessed from its hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey(pub [u8; 32]);

/// The machine has no randomness to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random numbers")]
pub struct NoRandomness;

impl Token {
    /// A new one, of the system's randomness.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(|_| NoRandomness)?;
        Ok(Self(bits))
    }

    /// Reads the text form, 64 hexadecimal digits; nothing if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// The text form, for a cookie or an address.
    pub fn to_text(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// What the store knows it by.
    pub fn key(&self) -> TokenKey {
        TokenKey(*blake3::hash(&self.0).as_bytes())
    }
}

impl TokenKey {
    /// Reads the text form; nothing if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// The text form, by which a page names a link without giving it away.
    pub fn to_text(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}
