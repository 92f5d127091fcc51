//! What the school writes letters about. Their words are a theme's: whoever calls gives a [`LetterWriter`].

use super::{Email, Letter, Token, Username};

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
