//! Passwords of programs that were right a moment ago. Row U12.
//!
//! HTTP Basic sends name and password with each request, and each check of a password is made to cost 20 ms. So what was
//! right is known again for a few minutes: not the password itself but a keyed hash of name and password, whose key no
//! other process has and no disk holds. Nothing is decided here: whose account it is, whether its password is still that
//! one, and what it may do, is read from the store each time. What was wrong is never remembered.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clru::CLruCache;
use jiff::{SignedDuration, Timestamp};

use super::{Account, AccountId, NoRandomness, Token, UsernameKey};

/// How long a password is known again after it was checked. Using it does not make it longer.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);

/// How many are remembered, about 2 MB of them; the one that was used longest ago makes room.
const MAX_REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).expect("it is not zero");

/// A name with a password, as this process alone can tell it again.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label([u8; 32]);

/// What was right.
pub struct Remembered {
    key: [u8; 32],
    kept: Mutex<CLruCache<Label, Kept>>,
}

/// Whose password it was, and what must not have changed since.
#[derive(Clone, Copy)]
struct Kept {
    account: AccountId,
    generation: u32,
    /// Of the stored hash of the password: another password has another one.
    password: Label,
    since: Timestamp,
}

impl Remembered {
    /// Nothing yet, under a key that dies with the process.
    pub fn new() -> Result<Self, NoRandomness> {
        let key = Token::random()?.key().0;
        Ok(Self { key, kept: Mutex::new(CLruCache::new(MAX_REMEMBERED)) })
    }

    /// What a name and a password are known by; a name in any case is one name.
    pub fn label(&self, login: &str, password: &str) -> Label {
        let login = UsernameKey::of(login);
        self.seal(&[login.as_str(), password])
    }

    /// Whether this is what was right for the account a moment ago, and nothing ended it since.
    pub fn knows(&self, label: &Label, account: &Account, now: Timestamp) -> bool {
        let Some(kept) = self.kept().get(label).copied() else { return false };
        let fresh = kept.since <= now && now < kept.since + REMEMBERED;
        let same = kept.account == account.id && kept.generation == account.generation;
        fresh && same && kept.password == self.seal(&[&account.password.0])
    }

    /// Whether there is such a one at all: if not, nobody needs to look for its account.
    pub fn has(&self, label: &Label) -> bool {
        self.kept().contains(label)
    }

    /// Remembers what was right for an account as it is now.
    pub fn keep(&self, label: Label, account: &Account, now: Timestamp) {
        let password = self.seal(&[&account.password.0]);
        let kept = Kept { account: account.id, generation: account.generation, password, since: now };
        self.kept().put(label, kept);
    }

    fn seal(&self, parts: &[&str]) -> Label {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in parts {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        Label(*hasher.finalize().as_bytes())
    }

    fn kept(&self) -> MutexGuard<'_, CLruCache<Label, Kept>> {
        // Nobody leaves it half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::{PasswordHash, Role};

    fn account() -> Account {
        Account {
            id: AccountId(7),
            username: "ada".parse().expect("a name"),
            email: None,
            email_confirmed: false,
            active: true,
            disabled: false,
            role: Role::Student,
            password: PasswordHash("$argon2id$…".into()),
            created: Timestamp::UNIX_EPOCH,
            generation: 3,
        }
    }

    #[test]
    fn only_the_same_name_and_password_of_the_same_account_are_known() {
        let remembered = Remembered::new().expect("randomness");
        let (ada, now) = (account(), Timestamp::UNIX_EPOCH);
        let label = remembered.label("ada", "secret");
        assert!(!remembered.knows(&label, &ada, now));
        remembered.keep(label, &ada, now);
        assert!(remembered.knows(&remembered.label(" ADA ", "secret"), &ada, now));
        for (login, password) in [("ada", "Secret"), ("adas", "ecret"), ("ad", "asecret"), ("ada", "")] {
            assert!(!remembered.has(&remembered.label(login, password)), "{login}:{password}");
        }
        let changed = [
            Account { id: AccountId(8), ..ada.clone() },
            Account { generation: 4, ..ada.clone() },
            Account { password: PasswordHash("$argon2id$other".into()), ..ada.clone() },
        ];
        assert!(changed.iter().all(|account| !remembered.knows(&label, account, now)));
        let minute = SignedDuration::from_mins(1);
        assert!(remembered.knows(&label, &ada, now + minute * 4));
        assert!(!remembered.knows(&label, &ada, now + minute * 5), "using it does not make it last");
        assert!(!remembered.knows(&label, &ada, now - minute), "a clock that was put back");
        let other = Remembered::new().expect("randomness");
        assert!(other.label("ada", "secret") != label, "another process cannot tell");
    }

    #[test]
    fn as_many_as_there_is_room_for() {
        let remembered = Remembered::new().expect("randomness");
        let labels: Vec<_> = (0..MAX_REMEMBERED.get() + 1).map(|n| remembered.label("ada", &n.to_string())).collect();
        labels.iter().for_each(|label| remembered.keep(*label, &account(), Timestamp::UNIX_EPOCH));
        assert!(!remembered.has(&labels[0]) && remembered.has(&labels[1]));
        assert_eq!(remembered.kept().len(), MAX_REMEMBERED.get());
    }
}
