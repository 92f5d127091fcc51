//! Who showed a token a moment ago, for as long as nothing was written to the store.
//!
//! A session or a token of a program is looked up for each request: the record, then the account it is for. While no write
//! came between, both are what they were; one number of the store tells. Any write at all ends everything that is known
//! here, so nothing has to be thought of where something changes. A store that others write to has no such number, and is
//! asked each time.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use clru::CLruCache;

use super::{Account, TokenKey};

/// How many are known, about 3 MB of them; the one that was used longest ago makes room.
const MAX_KNOWN: NonZeroUsize = NonZeroUsize::new(4_096).expect("it is not zero");

/// What tokens of one kind stand for.
pub struct Known<T>(Mutex<CLruCache<TokenKey, Kept<T>>>);

struct Kept<T> {
    /// The number of the store before it was read.
    version: u64,
    shown: (T, Account),
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(Mutex::new(CLruCache::new(MAX_KNOWN)))
    }
}

impl<T: Clone> Known<T> {
    /// What was read under this number of the store, which must be its number now.
    pub fn get(&self, key: TokenKey, version: Option<u64>) -> Option<(T, Account)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&key).filter(|kept| Some(kept.version) == version).map(|kept| kept.shown.clone())
    }

    /// Keeps what was read after the store had this number.
    pub fn keep(&self, key: TokenKey, version: Option<u64>, record: &T, account: &Account) {
        let Some(version) = version else { return };
        let kept = Kept { version, shown: (record.clone(), account.clone()) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key, kept);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::school::{AccountId, PasswordHash, Role};

    #[test]
    fn only_what_was_read_under_the_same_number_is_known() {
        let account = Account {
            id: AccountId(7),
            username: "ada".parse().expect("a name"),
            email: None,
            email_confirmed: false,
            active: true,
            disabled: false,
            role: Role::Student,
            password: PasswordHash(String::new()),
            created: Timestamp::UNIX_EPOCH,
            generation: 0,
        };
        let (known, key) = (Known::default(), TokenKey([1; 32]));
        known.keep(key, None, &"record", &account);
        assert!(known.get(key, None).is_none(), "a store that others write to");
        known.keep(key, Some(3), &"record", &account);
        assert_eq!(known.get(key, Some(3)), Some(("record", account)));
        assert!([Some(2), Some(4), None].into_iter().all(|version| known.get(key, version).is_none()));
        assert!(known.get(TokenKey([2; 32]), Some(3)).is_none());
    }
}
