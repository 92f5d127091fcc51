//! Links that work once: what a letter asks its reader to follow.

use jiff::{SignedDuration, Timestamp};

use super::{Account, AccountId, Email, TokenKey};
use crate::course::CourseId;

/// A single-use link as the store keeps it. Whoever holds its token may do what it is for, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The hash of its token.
    pub key: TokenKey,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}

impl Link {
    /// Whom an invitation was sent to, if it was sent.
    pub fn invited(&self) -> Option<&Email> {
        match &self.purpose {
            Purpose::Invitation { email, .. } => email.as_ref(),
            Purpose::ConfirmEmail { .. } | Purpose::ResetPassword { .. } => None,
        }
    }
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Proves that an account's owner reads this address.
    ConfirmEmail {
        /// Whose.
        account: AccountId,
        /// The address the letter went to.
        email: Email,
    },
    /// Sets a new password.
    ResetPassword {
        /// Whose.
        account: AccountId,
        /// The account's generation when it was asked for: another password ends this link too.
        generation: u32,
        /// The address the letter went to: one that is not the account's any more ends this link too. Links of before it
        /// was kept have none, and are worth nothing.
        email: Option<Email>,
    },
    /// Lets its holder into a course.
    Invitation {
        /// Which.
        course: CourseId,
        /// Whom it was sent to, if it was sent.
        email: Option<Email>,
        /// Who invites.
        by: AccountId,
    },
}

impl Purpose {
    /// Whether this sets a new password for an account that is now as it was when the link was asked for.
    pub fn resets(&self, now: &Account) -> bool {
        match self {
            Purpose::ResetPassword { account, generation, email: Some(sent) } => {
                let email = now.email.as_ref().filter(|_| now.email_confirmed);
                *account == now.id
                    && !now.disabled
                    && *generation == now.generation
                    && email.is_some_and(|email| email.key() == sent.key())
            }
            _ => false,
        }
    }

    /// How long such a link works.
    pub fn lifetime(&self) -> SignedDuration {
        match self {
            Purpose::ConfirmEmail { .. } => SignedDuration::from_hours(3 * 24),
            Purpose::ResetPassword { .. } => SignedDuration::from_hours(1),
            Purpose::Invitation { .. } => SignedDuration::from_hours(30 * 24),
        }
    }
}
