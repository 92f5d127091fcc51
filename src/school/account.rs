//! Accounts: who can sign in, under which name, and in which role.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::skeleton;

/// Identifies an account for ever; given by the store, from 1 up, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name somebody signs in with, as they wrote it (in Unicode's NFKC form).
///
/// Letters, numbers and `@ . + - _`, at most 150 characters: the reference application's rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

/// Why a text is not a [`Username`]; the words are the reference application's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAUsername {
    /// Nothing was given.
    #[error("This field is required.")]
    Empty,
    /// Too many characters.
    #[error("Ensure this value has at most 150 characters (it has {0}).")]
    TooLong(usize),
    /// A character that is not allowed.
    #[error("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.")]
    Invalid,
}

const MAX_USERNAME: usize = 150;

impl Username {
    /// The name as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the name unique: two names with one key are the same name.
    pub fn key(&self) -> UsernameKey {
        UsernameKey::of(&self.0)
    }

    /// What it looks like: a name with the look of another is refused.
    pub fn look(&self) -> UsernameLook {
        UsernameLook(skeleton(self.key().as_str()).flat_map(|character| character.to_lowercase()).collect())
    }
}

impl FromStr for Username {
    type Err = NotAUsername;
    fn from_str(text: &str) -> Result<Self, NotAUsername> {
        let name: String = text.trim().nfkc().collect();
        let n_characters = name.chars().count();
        if name.is_empty() {
            return Err(NotAUsername::Empty);
        }
        if n_characters > MAX_USERNAME {
            return Err(NotAUsername::TooLong(n_characters));
        }
        let allowed = |character: char| character.is_alphanumeric() || "@.+-_".contains(character);
        if name.chars().all(allowed) { Ok(Self(name)) } else { Err(NotAUsername::Invalid) }
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name without regard to case: NFKC, then full case folding, then NFKC again (folding can undo the first).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsernameKey(String);

impl UsernameKey {
    /// The key of any text, also of one that is no [`Username`]: then no account has it.
    pub fn of(text: &str) -> Self {
        let normal: String = text.trim().nfkc().collect();
        Self(caseless::default_case_fold_str(&normal).nfkc().collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a name looks like to a person: its key with look-alikes such as `1` and `l`, Latin and Cyrillic `a` taken for one
/// (the skeleton of Unicode's UTS 39).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsernameLook(String);

impl UsernameLook {
    /// The text; it means nothing to a person.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an account may do beyond reading what it enrolled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Learns.
    Student,
    /// Teaches the courses whose `owner` is the account's user name.
    Instructor,
    /// Administers the school.
    Staff,
}

/// The roles by name, as the command line and the records spell them.
pub const ROLES: [(&str, Role); 3] =
    [("student", Role::Student), ("instructor", Role::Instructor), ("staff", Role::Staff)];

impl Role {
    /// The name of the role.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Student => "student",
            Role::Instructor => "instructor",
            Role::Staff => "staff",
        }
    }
}

/// Why a text is not a [`Role`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is student, instructor or staff")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;
    fn from_str(text: &str) -> Result<Self, NotARole> {
        ROLES.iter().find(|(name, _)| *name == text).map(|(_, role)| *role).ok_or(NotARole)
    }
}

/// A mail address, checked for form only: one `@` with something on both sides, at most 254 characters, no white space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Why a text is not an [`Email`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a valid email address.")]
pub struct NotAnEmail;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the address unique.
    pub fn key(&self) -> EmailKey {
        EmailKey::of(&self.0)
    }
}

/// An address without regard to case. Hosts are told apart by case nowhere, mailboxes hardly anywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(String);

impl EmailKey {
    /// The key of any text, also of one that is no address: then no account has it.
    pub fn of(text: &str) -> Self {
        Self(UsernameKey::of(text).0)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;
    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim();
        let sound = match text.rsplit_once('@') {
            Some((local, host)) => !local.is_empty() && !host.is_empty() && !local.contains('@'),
            None => false,
        };
        let plain = !text.chars().any(|character| character.is_whitespace() || character.is_control());
        if sound && plain && text.len() <= 254 { Ok(Self(text.to_owned())) } else { Err(NotAnEmail) }
    }
}

/// A password's argon2id hash in PHC form: the parameters, the salt and the hash. Shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What an account is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The name to sign in with.
    pub username: Username,
    /// Where to write to.
    pub email: Option<Email>,
    /// Whether the address is known to be its owner's.
    pub email_confirmed: bool,
    /// Whether it may sign in at once; else its address must be confirmed first.
    pub active: bool,
    /// What it may do.
    pub role: Role,
    /// The hash of its password.
    pub password: PasswordHash,
    /// When it was made.
    pub created: Timestamp,
}

/// An account as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its key.
    pub id: AccountId,
    /// The name to sign in with.
    pub username: Username,
    /// Where to write to.
    pub email: Option<Email>,
    /// Whether the address is known to be its owner's. No two accounts have one address confirmed.
    pub email_confirmed: bool,
    /// Whether it could be signed in to from the beginning, or its address was confirmed since.
    pub active: bool,
    /// Whether an operator keeps it from being signed in to.
    pub disabled: bool,
    /// What it may do.
    pub role: Role,
    /// The hash of its password.
    pub password: PasswordHash,
    /// When it was made.
    pub created: Timestamp,
    /// Grows whenever all sessions and tokens of the account must end; one of an older generation is none.
    pub generation: u32,
}

impl Account {
    /// Whether somebody may sign in to it, and if not, why.
    pub fn state(&self) -> AccountState {
        match (self.disabled, self.active) {
            (true, _) => AccountState::Disabled,
            (false, false) => AccountState::Unconfirmed,
            (false, true) => AccountState::Active,
        }
    }

    /// Where to write to, as lists and answers show it: empty if nobody said.
    pub fn email_or_empty(&self) -> &str {
        self.email.as_ref().map_or("", Email::as_str)
    }
}

/// Whether somebody may sign in to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// They may.
    Active,
    /// Once its address is confirmed. After a week without that it is forgotten.
    Unconfirmed,
    /// An operator disabled it. It keeps what it has, and is never forgotten.
    Disabled,
}

/// The states by name, as the command line and the pages of the staff spell them.
pub const ACCOUNT_STATES: [(&str, AccountState); 3] = [
    ("active", AccountState::Active),
    ("unconfirmed", AccountState::Unconfirmed),
    ("disabled", AccountState::Disabled),
];

impl AccountState {
    /// The name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            AccountState::Active => "active",
            AccountState::Unconfirmed => "unconfirmed",
            AccountState::Disabled => "disabled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a name is known by is a key of the store, and PostgreSQL takes keys of 2,700 bytes.
    #[test]
    fn the_longest_name_is_no_longer_as_a_key() {
        let longest = |key: fn(&Username) -> usize| {
            let names = (0..=0x0010_FFFF).filter_map(char::from_u32);
            let names = names.filter_map(|character| character.to_string().repeat(2).parse::<Username>().ok());
            names.map(|name| key(&name).div_ceil(name.0.chars().count())).max()
        };
        let key = longest(|name| name.key().as_str().len()).expect("some");
        let look = longest(|name| name.look().as_str().len()).expect("some");
        assert!(key * MAX_USERNAME < 2_700 && look * MAX_USERNAME < 2_700, "{key} and {look} bytes a character");
    }

    #[test]
    fn names_that_look_alike_by_case_have_one_key() {
        for (left, right) in
            [("Ada", "aDA"), ("STRASSE", "straße"), ("ﬁne", "FINE"), ("Ａda", "ada"), ("ΣΊΣΥΦΟΣ", "σίσυφος")]
        {
            assert_eq!(UsernameKey::of(left), UsernameKey::of(right), "{left} {right}");
        }
        assert_ne!(UsernameKey::of("ada"), UsernameKey::of("adá"));
    }

    #[test]
    fn names_that_look_alike_have_one_look() {
        let look = |name: &str| name.parse::<Username>().expect("a name").look();
        for (left, right) in [("paypal", "paypa1"), ("scope", "ѕсоре"), ("ADMIN", "admin"), ("Ola", "0la")] {
            assert_eq!(look(left), look(right), "{left} {right}");
        }
        for (left, right) in [("ada", "adá"), ("ada", "eda"), ("user12", "user13")] {
            assert_ne!(look(left), look(right), "{left} {right}");
        }
    }

    #[test]
    fn the_rule_for_names() {
        assert_eq!("  ada ".parse::<Username>().map(|name| name.to_string()), Ok("ada".into()));
        assert_eq!("".parse::<Username>(), Err(NotAUsername::Empty));
        assert_eq!("a b".parse::<Username>(), Err(NotAUsername::Invalid));
        assert_eq!("a\u{202e}b".parse::<Username>(), Err(NotAUsername::Invalid));
        assert_eq!("ä".repeat(151).parse::<Username>(), Err(NotAUsername::TooLong(151)));
    }
}
