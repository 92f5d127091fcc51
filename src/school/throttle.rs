//! How often somebody may try: growing delays, in bounded memory.
//!
//! A try is counted under one or more keys. After as many failures as a key's [`Rule`] lets pass, each further one doubles
//! the time until the next try, up to a quarter of an hour: nobody is locked out for good. Failures are forgiven one by one
//! as time goes by. A try under way has a place, and only a few are to be had: many at once are no way around the count.
//!
//! What may be done, but only so much of it, has a [`Budget`](super::budget::Budget), which stands in the same table.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ahash::RandomState;
use clru::CLruCache;
use jiff::{SignedDuration, Timestamp};

/// How many keys are known at one time, about 15 MB of them; the one that was used longest ago makes room.
const MAX_KEYS: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

/// The longest delay.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// What happens to those who fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    name: &'static str,
    /// How many failures have no consequence.
    free: u32,
    /// The first delay; each further one is twice the one before.
    first: SignedDuration,
    /// How long until one failure is forgiven.
    forgiven: SignedDuration,
    /// How many may try at once while there is no delay.
    at_once: u32,
    /// Whether a success wipes out all failures.
    wiped: bool,
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);

impl Rule {
    /// Signing in under one name.
    pub const NAME: Self = Self { name: "name", free: 5, first: SECOND, forgiven: LONGEST, at_once: 32, wiped: true };
    /// Signing in with a browser that did so before.
    pub const DEVICE: Self = Self { name: "device", ..Self::NAME };
    /// Signing in from one network: a class may sit behind one address, and its failures are many people's.
    pub const NETWORK: Self = Self {
        name: "network",
        free: 20,
        forgiven: SignedDuration::from_secs(60),
        at_once: 256,
        wiped: false,
        ..Self::NAME
    };
    /// Registering from one network.
    pub const REGISTRATION: Self = Self {
        name: "registration",
        free: 100,
        first: SignedDuration::from_secs(10),
        forgiven: SignedDuration::from_secs(30),
        ..Self::NETWORK
    };
    /// Asking for letters, and using what is in them, from one network.
    pub const LETTERS: Self = Self { name: "letters", free: 30, first: SignedDuration::from_secs(10), ..Self::NETWORK };
    /// Letters to one address.
    pub const ADDRESS: Self =
        Self { name: "address", free: 3, first: SignedDuration::from_secs(60), wiped: false, ..Self::NAME };

    /// The delay after so many failures; nothing while they are free.
    fn delay(&self, failures: u32) -> Option<SignedDuration> {
        let over = failures.checked_sub(self.free)?;
        let seconds = self.first.as_secs().saturating_mul(1_i64 << over.min(20));
        Some(SignedDuration::from_secs(seconds).min(LONGEST))
    }

    /// How many failures are remembered: as many as it takes to the longest delay.
    fn most(&self) -> u32 {
        self.free + 11
    }
}

/// Who or what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(pub(super) [u8; 16]);

impl Key {
    pub(super) fn of(name: &str, what: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(name.as_bytes()).update(&[0]);
        for part in what {
            hasher.update(part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(key)
    }
}

/// A key and what is counted under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    rule: Rule,
    key: Key,
}

impl Counted {
    /// Something that has a text, or bytes.
    pub fn of(rule: Rule, what: &[u8]) -> Self {
        Self { rule, key: Key::of(rule.name, &[what]) }
    }

    /// A network: an address, or the /64 that one customer has of IPv6.
    pub fn network(rule: Rule, address: Option<IpAddr>) -> Option<Self> {
        Some(Self::of(rule, &network_of(address?)))
    }
}

/// What of an address tells networks apart.
pub fn network_of(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

/// It is too early for another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("too many tries; the next one is possible in {} seconds", .0.as_secs())]
pub struct TooEarly(pub SignedDuration);

pub(super) struct Entry {
    /// How many failures are not forgiven yet; of a budget, how much is spent.
    pub(super) failures: u32,
    /// Since when failures are forgiven.
    pub(super) since: Timestamp,
    /// Until when no try is taken.
    until: Timestamp,
    under_way: u32,
}

pub(super) struct Table(CLruCache<Key, Entry, RandomState>);

/// Counts tries.
pub struct Throttle(Mutex<Table>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Mutex::new(Table(CLruCache::with_hasher(MAX_KEYS, RandomState::new()))))
    }
}

/// A try under way. One that is given up counts for nothing.
pub struct Try<'a> {
    throttle: &'a Throttle,
    counted: Vec<Counted>,
}

impl Throttle {
    /// Begins a try, if it is time for one under every key.
    pub fn begin(&self, counted: Vec<Counted>, now: Timestamp) -> Result<Try<'_>, TooEarly> {
        let mut table = self.table();
        let waits = counted.iter().filter_map(|counted| table.wait(*counted, now));
        if let Some(wait) = waits.max() {
            return Err(TooEarly(wait));
        }
        for Counted { key, .. } in &counted {
            table.entry(*key, now).under_way += 1;
        }
        Ok(Try { throttle: self, counted })
    }

    /// Counts something that may be done only so often, whatever comes of it.
    pub fn count(&self, counted: Vec<Counted>, now: Timestamp) -> Result<(), TooEarly> {
        self.begin(counted, now)?.failed(now);
        Ok(())
    }

    /// Forgets what failed under a key.
    pub fn forget(&self, counted: Counted) {
        self.table().remove(counted.key);
    }

    /// Held for moments and never over an await; each change is whole, so poison says nothing.
    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Try<'_> {
    /// It failed. Whether there is a delay from now on where there was none before.
    pub fn failed(self, now: Timestamp) -> bool {
        let mut table = self.throttle.table();
        let mut first = false;
        for Counted { rule, key } in &self.counted {
            let entry = table.entry(*key, now);
            entry.forgive(rule.forgiven, now);
            entry.failures = (entry.failures + 1).min(rule.most());
            if let Some(delay) = rule.delay(entry.failures) {
                first |= entry.failures == rule.free;
                entry.until = now + delay;
            }
        }
        first
    }

    /// It succeeded.
    pub fn succeeded(self) {
        let mut table = self.throttle.table();
        for Counted { key, .. } in self.counted.iter().filter(|counted| counted.rule.wiped) {
            if let Some(entry) = table.0.get_mut(key) {
                entry.failures = 0;
                entry.until = Timestamp::MIN;
            }
        }
    }
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        let mut table = self.throttle.table();
        for Counted { key, .. } in &self.counted {
            if let Some(entry) = table.0.get_mut(key) {
                entry.under_way = entry.under_way.saturating_sub(1);
            }
        }
    }
}

impl Entry {
    /// Forgives what is due: one in so long.
    pub(super) fn forgive(&mut self, one_in: SignedDuration, now: Timestamp) {
        let passed = now.duration_since(self.since).as_nanos();
        let forgiven = u32::try_from(passed / one_in.as_nanos()).unwrap_or(if passed < 0 { 0 } else { u32::MAX });
        if forgiven >= self.failures {
            (self.failures, self.since) = (0, now);
        } else {
            self.failures -= forgiven;
            self.since += one_in * i32::try_from(forgiven).unwrap_or_default();
        }
    }
}

impl Table {
    /// How long to wait, if not nothing.
    fn wait(&mut self, Counted { rule, key }: Counted, now: Timestamp) -> Option<SignedDuration> {
        let entry = self.0.get_mut(&key)?;
        entry.forgive(rule.forgiven, now);
        let left = entry.until.duration_since(now);
        let at_once = if entry.failures < rule.free { rule.at_once } else { 1 };
        match (left > SignedDuration::ZERO, entry.under_way >= at_once) {
            (true, _) => Some(left),
            (false, true) => Some(SECOND),
            (false, false) => None,
        }
    }

    /// The entry of a key, used now.
    pub(super) fn entry(&mut self, key: Key, now: Timestamp) -> &mut Entry {
        let new = || Entry { failures: 0, since: now, until: Timestamp::MIN, under_way: 0 };
        self.0.put_or_modify(key, |_, ()| new(), |_, _, ()| {}, ())
    }

    fn remove(&mut self, key: Key) {
        self.0.pop(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Vec<Counted> {
        vec![Counted::of(Rule::NAME, text.as_bytes())]
    }

    #[test]
    fn delays_grow_to_a_quarter_of_an_hour_and_are_forgiven() {
        let throttle = Throttle::default();
        let mut now = Timestamp::UNIX_EPOCH;
        let mut delays = Vec::new();
        for _ in 0..20 {
            while let Err(TooEarly(wait)) = throttle.count(name("ada"), now) {
                now += wait;
                delays.push(wait.as_secs());
            }
        }
        assert_eq!(delays[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
        // One failure is forgiven in the time that the longest delay takes, so it stays there.
        assert!(delays[10..].iter().all(|delay| [512, 900].contains(delay)) && delays.contains(&900), "{delays:?}");
        assert!(throttle.count(name("bob"), now).is_ok());
        now += SignedDuration::from_hours(5);
        for _ in 0..5 {
            assert_eq!(throttle.count(name("ada"), now), Ok(()), "all is forgiven");
        }
        assert!(throttle.count(name("ada"), now).is_err());
    }

    #[test]
    fn many_at_once_are_no_way_around_the_count() {
        let throttle = Throttle::default();
        let now = Timestamp::UNIX_EPOCH;
        let tries: Vec<_> = (0..40).map_while(|_| throttle.begin(name("ada"), now).ok()).collect();
        assert_eq!(tries.len(), 32);
        for each in tries {
            each.failed(now);
        }
        let later = now + LONGEST;
        let one = throttle.begin(name("ada"), later).expect("it is time");
        assert!(throttle.begin(name("ada"), later).is_err(), "one at a time");
        one.succeeded();
        assert_eq!((0..32).filter(|_| throttle.begin(name("ada"), later).is_ok()).count(), 32);
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes() {
        let throttle = Throttle::default();
        let now = Timestamp::UNIX_EPOCH;
        for n in 0..MAX_KEYS.get() + 10 {
            throttle.count(name(&n.to_string()), now).expect("free");
        }
        let table = throttle.table();
        assert_eq!(table.0.len(), MAX_KEYS.get());
        assert!(!table.0.contains(&name("0")[0].key));
    }

    #[test]
    fn a_customers_ipv6_is_one_network() {
        let network = |text: &str| Counted::network(Rule::NETWORK, Some(text.parse().expect("an address")));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_eq!(Counted::network(Rule::NETWORK, None), None);
    }
}
