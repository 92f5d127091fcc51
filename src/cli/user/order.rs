//! Orders and their answers, as the control socket carries them: an object of JSON each.

use serde::{Deserialize, Serialize};

use crate::school::{Account, Ended};

/// What an operator wants done. Not to be shown or logged as it is: it may hold a password.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// Add an account.
    Add {
        /// The name to sign in with.
        name: String,
        /// Where to write to.
        email: Option<String>,
        /// The name of a role.
        role: String,
        /// The password.
        password: String,
    },
    /// List accounts by id, some of them.
    List {
        /// Those after this id; 0 for the first.
        after: u64,
    },
    /// Give an account another role.
    Role {
        /// Whose.
        name: String,
        /// The name of the role.
        role: String,
    },
    /// Give an account another password.
    Password {
        /// Whose.
        name: String,
        /// The password.
        password: String,
    },
    /// Disable an account.
    Disable {
        /// Whose.
        name: String,
    },
    /// Enable an account.
    Enable {
        /// Whose.
        name: String,
    },
    /// End all sessions of an account.
    SignOut {
        /// Whose.
        name: String,
    },
    /// End everybody's sessions.
    SignOutAll,
}

impl Order {
    /// What kind of order it is, for the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Order::Add { .. } => "add",
            Order::List { .. } => "list",
            Order::Role { .. } => "role",
            Order::Password { .. } => "password",
            Order::Disable { .. } => "disable",
            Order::Enable { .. } => "enable",
            Order::SignOut { .. } => "sign-out",
            Order::SignOutAll => "sign-out-all",
        }
    }
}

/// What came of an order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The account is made.
    Added(AccountJson),
    /// Some accounts; there may be more after the last, until there are none.
    Accounts(Vec<AccountJson>),
    /// It is done.
    Done,
    /// It is done, and so many sessions ended.
    SignedOut {
        /// How many.
        sessions: usize,
        /// And how many tokens of programs.
        #[serde(default)]
        tokens: usize,
        /// Of how many accounts.
        accounts: usize,
    },
    /// It is not done, and why.
    Refused(String),
}

impl From<Ended> for Answer {
    fn from(ended: Ended) -> Self {
        Self::SignedOut { sessions: ended.sessions, tokens: ended.tokens, accounts: ended.accounts }
    }
}

/// An account, as `--format json` shows it too.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccountJson {
    /// Its key.
    pub id: u64,
    /// The name to sign in with.
    pub username: String,
    /// Where to write to.
    pub email: Option<String>,
    /// `student`, `instructor` or `staff`.
    pub role: String,
    /// `active`, `unconfirmed` or `disabled`.
    pub state: String,
    /// When it was made, RFC 3339.
    pub created: String,
}

impl From<&Account> for AccountJson {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username.to_string(),
            email: account.email.as_ref().map(|email| email.as_str().to_owned()),
            role: account.role.as_str().to_owned(),
            state: account.state().as_str().to_owned(),
            created: account.created.to_string(),
        }
    }
}
