//! What the school writes letters about. Their words are a theme's: whoever calls gives a [`LetterWriter`].

use super::{Email, Letter, Token, Username};
use crate::course::CourseId;

/// Why a letter is written, with what it must say. No name that a stranger chose goes to an address that is not known to
/// be theirs: letters are no way to send words to somebody.
#[derive(Debug, Clone, Copy)]
pub enum Occasion<'a> {
    /// An address is to be confirmed.
    ConfirmEmail {
        /// The link's token.
        token: &'a Token,
    },
    /// Somebody wants to set a new password.
    ResetPassword {
        /// Whose account it is.
        username: &'a Username,
        /// The link's token.
        token: &'a Token,
    },
    /// Somebody gave an address that is another account's.
    AddressTaken {
        /// Whose account it is.
        username: &'a Username,
    },
    /// An account is about to have another address; for the one it had.
    AddressChanging {
        /// Whose account it is.
        username: &'a Username,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose account it is.
        username: &'a Username,
    },
    /// Somebody who wants to hear of it was mentioned in rooms.
    Mentions {
        /// Who.
        username: &'a Username,
        /// Where.
        courses: &'a [MentionedIn],
    },
}

/// The mentions of somebody in one course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionedIn {
    /// Which.
    pub course: CourseId,
    /// What it is called.
    pub title: String,
    /// How many mentions there are.
    pub n_mentions: usize,
    /// The first of them.
    pub quotes: Vec<Quote>,
}

/// The beginning of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The message's number in the room.
    pub id: u64,
    /// Whose it is.
    pub by: Username,
    /// How it begins, in one line.
    pub text: String,
}

/// Why a letter could not be written: a template of the theme has a mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a letter could not be written: {0}")]
pub struct Unwritten(pub String);

/// Whoever writes letters: knows the theme, the language, and where the school is found.
pub trait LetterWriter: Send + Sync {
    /// The letter.
    fn write(&self, to: &Email, occasion: Occasion<'_>) -> Result<Letter, Unwritten>;
}
