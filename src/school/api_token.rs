//! API tokens: how a program proves on each request for whom it works.
//!
//! There are two kinds. One is made on a page, by hand, and lasts as long as its owner said. The other a program gets for
//! a name and a password; it is short, and comes with a [`RefreshToken`] for the next one. All tokens that follow each
//! other in this way are a family, and only the last refresh token of a family is good: whoever shows an earlier one has
//! a copy, or somebody else has, so the whole family ends. There is no time of grace for two that come at once: the
//! server cannot know which of them is the thief's, and a program that lost an answer can sign in again.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::{Account, AccountId, AccountState, NoRandomness, Token, TokenKey};

/// How long a token lasts that a program got for a password: as in the framework that clients know.
pub const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(10);

/// How long a refresh token waits for its use.
pub const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How long a family lasts, however often it is refreshed. Then its program shows the password again.
pub const FAMILY_LIFETIME: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How many days a token may last that is made by hand.
pub const TOKEN_DAYS: [u16; 3] = [30, 90, 365];

/// How many tokens an account may have.
pub const MAX_TOKENS: usize = 50;

/// How many characters the name of a token may have.
pub const MAX_TOKEN_NAME: usize = 60;

/// What its owner calls a token, or a program calls itself; empty if it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenName(String);

/// Why a text is not a [`TokenName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATokenName {
    /// Too many characters.
    #[error("Ensure this value has at most {MAX_TOKEN_NAME} characters (it has {0}).")]
    TooLong(usize),
    /// A character that is for no name.
    #[error("A name has no control characters.")]
    Control,
}

impl TokenName {
    /// A name of what a program says of itself, which may be anything: cut short, without control characters.
    pub fn of_program(agent: &str) -> Self {
        let plain = agent.chars().filter(|character| !character.is_control());
        let name: String = plain.take(MAX_TOKEN_NAME).collect();
        Self(name.trim().to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenName {
    type Err = NotATokenName;
    fn from_str(text: &str) -> Result<Self, NotATokenName> {
        let name = text.trim();
        let n_characters = name.chars().count();
        if n_characters > MAX_TOKEN_NAME {
            return Err(NotATokenName::TooLong(n_characters));
        }
        if name.chars().any(char::is_control) { Err(NotATokenName::Control) } else { Ok(Self(name.to_owned())) }
    }
}

/// A token as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its hash.
    pub key: TokenKey,
    /// For whom its program works.
    pub account: AccountId,
    /// The account's generation when it was made; see [`super::Account::generation`].
    pub generation: u32,
    /// What it is called.
    pub name: TokenName,
    /// When it was made, or the first one of its family.
    pub created: Timestamp,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
    /// When it was last used, give or take [`super::SEEN_EVERY`].
    pub used: Option<Timestamp>,
    /// How the next one is had, if there can be one.
    pub renewal: Option<Renewal>,
}

/// The last refresh token of a family, as the store keeps it: two hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// What all refresh tokens of the family have in common.
    pub family: TokenKey,
    /// What only the last one has.
    pub secret: TokenKey,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}

/// The two hashes that follow: of a token, and of the secret of the refresh token that comes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextKeys {
    /// Of the token.
    pub token: TokenKey,
    /// Of the secret.
    pub secret: TokenKey,
}

impl ApiToken {
    /// Whether its account is as it was when the token was made, and open: a new password, an order to sign out and
    /// disabling end all tokens, as they end all sessions.
    pub fn is_of(&self, account: &Account) -> bool {
        account.state() == AccountState::Active && account.generation == self.generation
    }

    /// From when on nothing more can come of it.
    pub fn ends(&self) -> Timestamp {
        self.renewal.map_or(self.expires, |renewal| renewal.expires.max(self.expires))
    }

    /// The first token of a family.
    pub fn first_of(account: &Account, name: TokenName, family: TokenKey, keys: NextKeys, now: Timestamp) -> Self {
        let token = Self {
            key: keys.token,
            account: account.id,
            generation: account.generation,
            name,
            created: now,
            expires: now,
            used: None,
            renewal: None,
        };
        token.followed_by(family, keys, now)
    }

    /// The token that takes its place; nothing if there is none, or not any more.
    pub fn renewed(&self, keys: NextKeys, now: Timestamp) -> Option<Self> {
        let renewal = self.renewal.filter(|renewal| renewal.expires > now)?;
        Some(self.clone().followed_by(renewal.family, keys, now))
    }

    fn followed_by(self, family: TokenKey, keys: NextKeys, now: Timestamp) -> Self {
        let last = self.created + FAMILY_LIFETIME;
        let expires = last.min(now + REFRESH_LIFETIME);
        let renewal = Some(Renewal { family, secret: keys.secret, expires });
        Self { key: keys.token, expires: last.min(now + TOKEN_LIFETIME), renewal, ..self }
    }
}

/// What the next token of a family is had for. Its first half is the same in the whole family, so that one that was used
/// before is known for what it is, and the store need not remember it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    family: Token,
    secret: Token,
}

impl RefreshToken {
    /// The first one of a new family.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self { family: Token::random()?, secret: Token::random()? })
    }

    /// Another one of the same family.
    pub fn next(&self) -> Result<Self, NoRandomness> {
        Ok(Self { family: self.family.clone(), secret: Token::random()? })
    }

    /// Reads the text form, 128 hexadecimal digits; nothing if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (family, secret) = text.split_at_checked(64)?;
        Some(Self { family: Token::parse(family)?, secret: Token::parse(secret)? })
    }

    /// The text form.
    pub fn to_text(&self) -> String {
        format!("{}{}", self.family.to_text(), self.secret.to_text())
    }

    /// What the store knows its family by.
    pub fn family(&self) -> TokenKey {
        self.family.key()
    }

    /// What the store knows it by among its family.
    pub fn secret(&self) -> TokenKey {
        self.secret.key()
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account has as many tokens as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyTokens;

/// What came of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// This token is in the place of the one before.
    Yes(Box<ApiToken>),
    /// It was used before, and its family has ended now. Whose it was.
    Reused(AccountId),
    /// It is worth nothing.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_tokens_come_back_from_their_text() {
        let first = RefreshToken::random().expect("randomness");
        let text = first.to_text();
        assert_eq!((text.len(), RefreshToken::parse(&text)), (128, Some(first.clone())));
        let next = first.next().expect("randomness");
        assert_eq!(next.family(), first.family());
        assert_ne!(next.secret(), first.secret());
        for text in ["", &text[1..], &format!("{text}0"), &"g".repeat(128), &"ä".repeat(64)] {
            assert_eq!(RefreshToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(" backup ".parse::<TokenName>().map(|name| name.to_string()), Ok("backup".into()));
        assert_eq!("x".repeat(61).parse::<TokenName>(), Err(NotATokenName::TooLong(61)));
        assert_eq!("a\nb".parse::<TokenName>(), Err(NotATokenName::Control));
        assert_eq!(TokenName::of_program(&"x\t".repeat(99)).as_str().len(), MAX_TOKEN_NAME);
    }
}
