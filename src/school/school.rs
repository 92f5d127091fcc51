//! [`School`]: the verbs. Each asks its ports, applies the rules, and answers with a value. They stand in `verbs`, by what
//! they are about.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::known::Known;
use super::remembered::Remembered;
use super::throttle::Throttle;
use super::{
    Account, AccountId, ApiToken, Budget, Clock, Hasher, HasherError, NoRandomness, Origin, SealKey, Seat, Session,
    Store, StoreError, StoreWork, Token, TokenKey, Unwritten,
};
use crate::course::CourseId;

/// A school with its ports.
pub struct School {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) hasher: Hasher,
    /// Told whenever a letter was queued.
    pub(super) queued: Notify,
    pub(super) throttle: Throttle,
    pub(super) remembered: Remembered,
    pub(super) known_sessions: Known<TokenKey, (Session, Account)>,
    pub(super) known_tokens: Known<TokenKey, (ApiToken, Account)>,
    pub(super) known_seats: Known<(AccountId, CourseId), Seat>,
    /// Read from the store once.
    pub(super) seal_key: OnceLock<SealKey>,
    /// How much an account says in the rooms, by whatever way.
    pub(super) messages: Budget,
    /// What the operator decided.
    pub rules: AccountRules,
}

/// What an operator decides about accounts: `[accounts]` of educa.toml.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountRules {
    /// Whether everybody must have a mail address and confirm it before they can sign in.
    pub confirm_email: bool,
}

/// A verb that could not do its work. "No" is not among these: it is a value.
#[derive(Debug, thiserror::Error)]
pub enum SchoolError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A password could not be hashed.
    #[error(transparent)]
    Hasher(#[from] HasherError),
    /// The machine has no randomness to give.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// A letter could not be written.
    #[error(transparent)]
    Letter(#[from] Unwritten),
}

/// Somebody who just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// What their browser proves it with from now on.
    pub token: Token,
}

impl School {
    /// A school on these ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, HasherError> {
        Ok(Self {
            store,
            clock,
            hasher: Hasher::new()?,
            queued: Notify::new(),
            throttle: Throttle::default(),
            remembered: Remembered::new().map_err(|NoRandomness| HasherError::Failed)?,
            known_sessions: Known::default(),
            known_tokens: Known::default(),
            known_seats: Known::default(),
            seal_key: OnceLock::new(),
            messages: Budget::MESSAGES,
            rules: AccountRules::default(),
        })
    }

    /// The same with what the operator decided.
    #[must_use]
    pub fn with_rules(self, rules: AccountRules) -> Self {
        Self { rules, ..self }
    }

    /// The same with another budget for messages.
    #[must_use]
    pub fn with_messages(self, messages: Budget) -> Self {
        Self { messages, ..self }
    }

    /// What time it is here.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What its store did so far, for the operator.
    pub fn store_work(&self) -> StoreWork {
        self.store.work()
    }

    /// What somebody does now, from this address of the network.
    pub(super) fn origin(&self, by: Option<&Account>, address: Option<IpAddr>) -> Origin {
        Origin { at: self.clock.now(), by: by.map(|account| account.id), address }
    }
}
