//! What was read from the store a moment ago, for as long as nothing was written to it.
//!
//! A session or a token of a program is looked up for each request: the record, then the account it is for; and for a
//! course, whether that account has a place in it. While no write came between, all of it is what it was; one number of the
//! store tells. Any write at all ends everything that is known here, so nothing has to be thought of where something
//! changes. A store that others write to has no such number, and is asked each time.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use ahash::RandomState;
use clru::CLruCache;

/// How many things of a kind are known, about 3 MB of them; the one that was used longest ago makes room.
const MAX_KNOWN: NonZeroUsize = NonZeroUsize::new(4_096).expect("it is not zero");

/// Things of one kind.
pub struct Known<K, V>(Mutex<CLruCache<K, Kept<V>, RandomState>>);

struct Kept<V> {
    /// The number of the store before it was read.
    version: u64,
    value: V,
}

impl<K: Eq + Hash, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(Mutex::new(CLruCache::with_hasher(MAX_KNOWN, RandomState::new())))
    }
}

impl<K: Eq + Hash, V: Clone> Known<K, V> {
    /// What is known under this number of the store, else what reading finds; nothing is read again the next time.
    pub async fn or_read<E>(
        &self,
        key: K,
        version: Option<u64>,
        read: impl Future<Output = Result<Option<V>, E>>,
    ) -> Result<Option<V>, E> {
        if let Some(known) = self.get(&key, version) {
            return Ok(Some(known));
        }
        let found = read.await?;
        if let Some(value) = &found {
            self.keep(key, version, value);
        }
        Ok(found)
    }

    /// What was read under this number of the store, which must be its number now.
    fn get(&self, key: &K, version: Option<u64>) -> Option<V> {
        // An entry is put in whole, so poison says nothing.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|kept| Some(kept.version) == version).map(|kept| kept.value.clone())
    }

    /// Keeps what was read after the store had this number.
    fn keep(&self, key: K, version: Option<u64>, value: &V) {
        let Some(version) = version else { return };
        let kept = Kept { version, value: value.clone() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_under_the_same_number_is_known() {
        let known = Known::default();
        known.keep(1, None, &"record");
        assert_eq!(known.get(&1, None), None, "a store that others write to");
        known.keep(1, Some(3), &"record");
        assert_eq!(known.get(&1, Some(3)), Some("record"));
        assert!([Some(2), Some(4), None].into_iter().all(|version| known.get(&1, version).is_none()));
        assert_eq!(known.get(&2, Some(3)), None);
    }
}
