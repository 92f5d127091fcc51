//! The bytes of published files in memory, as many as the settings allow; the least recently used go first. Rows K1–K11.
//!
//! What is kept is known by its digest, never by an address, and only the catalog says which digest an address has: a
//! new build is seen at once (row K13), and no address can lead to bytes that its own audience may not have.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use clru::{CLruCache, CLruCacheConfig, WeightScale};

use crate::digest::Digest;

/// What an entry costs besides its bytes, so that a million empty files are bounded too.
const ENTRY: usize = 256;

/// Files in memory.
#[derive(Debug)]
pub struct FileCache {
    /// Nothing if it is off.
    kept: Option<Mutex<Kept>>,
    limit: usize,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: AtomicU64,
}

type Kept = CLruCache<Digest, Bytes, std::hash::RandomState, InMemory>;

/// How a cache does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheFigures {
    /// How many bytes it may have; 0 if it is off.
    pub limit: u64,
    /// How many bytes it has, with what entries cost besides.
    pub bytes: u64,
    /// How many files it has.
    pub entries: u64,
    /// How often a file was found.
    pub hits: u64,
    /// How often one was not, and was read from the disk.
    pub misses: u64,
    /// How many files made room for others.
    pub evictions: u64,
}

/// What an entry weighs.
#[derive(Debug)]
struct InMemory;

impl WeightScale<Digest, Bytes> for InMemory {
    fn weight(&self, _: &Digest, bytes: &Bytes) -> usize {
        bytes.len() + ENTRY
    }
}

impl FileCache {
    /// A cache of at most this many bytes; 0 turns it off.
    pub fn new(limit: usize) -> Self {
        let kept = NonZeroUsize::new(limit)
            .map(|limit| Mutex::new(CLruCache::with_config(CLruCacheConfig::new(limit).with_scale(InMemory))));
        let zero = || AtomicU64::new(0);
        Self { kept, limit, hits: zero(), misses: zero(), evictions: zero() }
    }

    /// The bytes with this digest, if they are here; counted as a hit.
    pub fn get(&self, digest: &Digest) -> Option<Bytes> {
        let found = locked(self.kept.as_ref()?).get(digest).cloned();
        if found.is_some() {
            self.hits.fetch_add(1, Relaxed);
        }
        found
    }

    /// Keeps what had to be read, if there can be room for it; counted as a miss.
    pub fn keep(&self, digest: Digest, bytes: Bytes) {
        let Some(kept) = &self.kept else { return };
        self.misses.fetch_add(1, Relaxed);
        let mut kept = locked(kept);
        let before = kept.len();
        // What is larger than the whole cache comes back as an error and stays outside.
        if let Ok(None) = kept.put_with_weight(digest, bytes) {
            let gone = before + 1 - kept.len();
            self.evictions.fetch_add(gone as u64, Relaxed);
        }
    }

    /// How it does.
    pub fn figures(&self) -> CacheFigures {
        let (bytes, entries) = self.kept.as_ref().map(locked).map_or((0, 0), |kept| (kept.weight(), kept.len()));
        CacheFigures {
            limit: self.limit as u64,
            bytes: bytes as u64,
            entries: entries as u64,
            hits: self.hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            evictions: self.evictions.load(Relaxed),
        }
    }
}

/// Held for a look or a move in a list, never while something is read.
fn locked(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(n: u8) -> (Digest, Bytes) {
        let bytes = vec![n; 1024];
        (Digest::of(&bytes), bytes.into())
    }

    #[test]
    fn the_least_recently_used_goes_first_and_the_limit_is_held() {
        let cache = FileCache::new(3 * (1024 + ENTRY) + 3);
        let files: Vec<_> = (0..4).map(bytes).collect();
        for (digest, bytes) in &files[..3] {
            cache.keep(*digest, bytes.clone());
        }
        assert!(cache.get(&files[0].0).is_some(), "used again, so the second is the oldest now");
        cache.keep(files[3].0, files[3].1.clone());
        let kept: Vec<_> = files.iter().map(|(digest, _)| cache.get(digest).is_some()).collect();
        assert_eq!(kept, [true, false, true, true]);
        let figures = cache.figures();
        assert_eq!((figures.entries, figures.evictions, figures.misses, figures.hits), (3, 1, 4, 4));
        assert!(figures.bytes <= figures.limit, "{figures:?}");
        cache.keep(files[3].0, files[3].1.clone());
        assert_eq!(cache.figures().evictions, 1, "what is there already needs no room");
    }

    #[test]
    fn what_is_larger_than_all_of_it_stays_outside_and_drives_nothing_out() {
        let cache = FileCache::new(2048);
        let (digest, small) = bytes(1);
        cache.keep(digest, small);
        let large = vec![0; 4096];
        cache.keep(Digest::of(&large), large.into());
        assert_eq!((cache.figures().entries, cache.figures().evictions), (1, 0));
    }

    #[test]
    fn one_that_is_off_keeps_and_counts_nothing() {
        let cache = FileCache::new(0);
        let (digest, small) = bytes(1);
        cache.keep(digest, small);
        assert_eq!(cache.get(&digest), None);
        let figures = cache.figures();
        let zero = CacheFigures { limit: 0, bytes: 0, entries: 0, hits: 0, misses: 0, evictions: 0 };
        assert_eq!(figures, zero);
    }
}
