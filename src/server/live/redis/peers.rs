//! The other processes, and who is at their sockets: what each said of itself, as long as it is heard.
//!
//! A process counts its changes. Whoever hears one of them, or a sign of life, and lacks the one before asks for all of it.
//! What comes out are changes of this table, each once: somebody came to a process, or went from it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::said::{ProcessId, Said, accounts};
use crate::school::AccountId;

/// A process that says nothing for so long has ended: it speaks every three seconds.
pub const LEASE: Duration = Duration::from_secs(15);

/// How often one is asked the same at most.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How many others there may be.
const MAX_PEERS: usize = 64;

/// How many people each may have.
const MAX_PEOPLE: usize = 100_000;

/// All that are heard.
#[derive(Debug, Default)]
pub struct Peers(HashMap<ProcessId, Peer>);

#[derive(Debug)]
struct Peer {
    heard: Instant,
    asked: Option<Instant>,
    /// The last change that is known with all before; nothing if some are missing.
    nth: Option<u64>,
    here: HashSet<AccountId>,
    /// Parts of who is there, while not all have come.
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    nth: u64,
    next: usize,
    here: HashSet<AccountId>,
}

/// What a message changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Who came to a process.
    pub came: Vec<AccountId>,
    /// Who went from one.
    pub went: Vec<AccountId>,
    /// Whether it must be asked who is there.
    pub ask: bool,
}

impl Peers {
    /// Takes what a process says of who is there.
    pub fn hear(&mut self, from: ProcessId, said: Said, now: Instant) -> Change {
        if said == Said::Gone {
            let went = self.0.remove(&from).map(|peer| peer.here.into_iter().collect()).unwrap_or_default();
            return Change { went, ..Change::default() };
        }
        if self.0.len() >= MAX_PEERS && !self.0.contains_key(&from) {
            return Change::default();
        }
        let peer = self.0.entry(from).or_insert_with(|| Peer::new(now));
        peer.heard = now;
        let mut change = peer.hear(said);
        let asked_of_late = peer.asked.is_some_and(|asked| now < asked + ASK_AGAIN);
        change.ask = peer.nth.is_none() && !asked_of_late;
        if change.ask {
            peer.asked = Some(now);
        }
        change
    }

    /// Forgets those that were not heard for too long; who went with them.
    pub fn forget_silent(&mut self, now: Instant) -> Vec<AccountId> {
        let silent = self.0.extract_if(|_, peer| now >= peer.heard + LEASE);
        silent.flat_map(|(_, peer)| peer.here).collect()
    }

    /// Forgets all; who went with them.
    pub fn forget_all(&mut self) -> Vec<AccountId> {
        self.0.drain().flat_map(|(_, peer)| peer.here).collect()
    }

    /// Nothing could be heard until now, so nobody was silent.
    pub fn excuse(&mut self, now: Instant) {
        for peer in self.0.values_mut() {
            (peer.heard, peer.asked) = (now, None);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Peer {
    fn new(now: Instant) -> Self {
        Self { heard: now, asked: None, nth: None, here: HashSet::new(), parts: None }
    }

    fn hear(&mut self, said: Said) -> Change {
        match said {
            Said::Moved { nth, came, went } => {
                self.nth = self.nth.filter(|known| known.checked_add(1) == Some(nth)).map(|_| nth);
                self.moved(accounts(came).collect(), accounts(went).collect())
            }
            Said::State { nth, part, parts, here } => match self.gather((nth, part, parts), here) {
                Some(here) => {
                    self.nth = Some(nth);
                    let came = here.difference(&self.here).copied().collect();
                    let went = self.here.difference(&here).copied().collect();
                    self.moved(came, went)
                }
                None => Change::default(),
            },
            Said::Alive { nth } => {
                self.nth = self.nth.filter(|known| *known == nth);
                Change::default()
            }
            Said::Hints(_) | Said::Ask { .. } | Said::Gone => Change::default(),
        }
    }

    fn moved(&mut self, came: Vec<AccountId>, went: Vec<AccountId>) -> Change {
        let mut change = Change::default();
        for account in went {
            if self.here.remove(&account) {
                change.went.push(account);
            }
        }
        for account in came {
            if self.here.len() < MAX_PEOPLE && self.here.insert(account) {
                change.came.push(account);
            }
        }
        change
    }

    /// All who are there, once the last part has come.
    fn gather(&mut self, (nth, part, parts): (u64, usize, usize), here: Vec<u64>) -> Option<HashSet<AccountId>> {
        if part == 0 {
            self.parts = Some(Parts { nth, next: 0, here: HashSet::new() });
        }
        let gathered = self.parts.take().filter(|gathered| gathered.nth == nth && gathered.next == part);
        let mut gathered = gathered.filter(|gathered| gathered.here.len() + here.len() <= MAX_PEOPLE)?;
        gathered.here.extend(accounts(here));
        gathered.next += 1;
        if gathered.next == parts {
            return Some(gathered.here);
        }
        self.parts = Some(gathered);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ProcessId = ProcessId(1);

    fn state(nth: u64, (part, parts): (usize, usize), here: &[u64]) -> Said {
        Said::State { nth, part, parts, here: here.to_vec() }
    }

    fn moved(nth: u64, came: &[u64], went: &[u64]) -> Said {
        Said::Moved { nth, came: came.to_vec(), went: went.to_vec() }
    }

    fn changes(came: &[u64], went: &[u64], ask: bool) -> Change {
        let ids = |ids: &[u64]| ids.iter().copied().map(AccountId).collect();
        Change { came: ids(came), went: ids(went), ask }
    }

    fn sorted(mut change: Change) -> Change {
        change.came.sort();
        change.went.sort();
        change
    }

    #[test]
    fn what_was_missed_is_asked_for_once_a_second() {
        let (mut peers, now) = (Peers::default(), Instant::now());
        assert_eq!(peers.hear(ONE, Said::Alive { nth: 4 }, now), changes(&[], &[], true), "it was never heard");
        assert_eq!(peers.hear(ONE, moved(5, &[7], &[]), now), changes(&[7], &[], false));
        assert_eq!(peers.hear(ONE, Said::Alive { nth: 5 }, now + ASK_AGAIN), changes(&[], &[], true));
        assert_eq!(sorted(peers.hear(ONE, state(5, (0, 1), &[7, 8]), now)), changes(&[8], &[], false));
        assert_eq!(peers.hear(ONE, moved(6, &[9], &[7, 3]), now), changes(&[9], &[7], false));
        let later = now + 2 * ASK_AGAIN;
        assert_eq!(peers.hear(ONE, Said::Alive { nth: 6 }, later), changes(&[], &[], false));
        assert_eq!(peers.hear(ONE, moved(8, &[1], &[]), later), changes(&[1], &[], true), "there was a seventh");
        assert_eq!(sorted(peers.hear(ONE, state(8, (0, 1), &[1]), later)), changes(&[], &[8, 9], false));
    }

    #[test]
    fn a_state_in_parts_counts_when_it_is_whole() {
        let (mut peers, now) = (Peers::default(), Instant::now());
        assert_eq!(peers.hear(ONE, state(1, (0, 2), &[1]), now), changes(&[], &[], true));
        assert_eq!(sorted(peers.hear(ONE, state(1, (1, 2), &[2]), now)), changes(&[1, 2], &[], false));
        for wrong in [state(2, (1, 2), &[]), state(2, (7, 7), &[]), state(2, (0, 2), &[3]), state(3, (1, 2), &[4])] {
            assert_eq!(peers.hear(ONE, wrong, now), changes(&[], &[], false), "nobody went");
        }
    }

    #[test]
    fn who_ends_or_falls_silent_is_gone_and_an_outage_is_nobodys_silence() {
        let (mut peers, now) = (Peers::default(), Instant::now());
        let other = ProcessId(2);
        peers.hear(ONE, state(1, (0, 1), &[1]), now);
        peers.hear(other, state(1, (0, 1), &[1]), now);
        assert_eq!(peers.hear(other, Said::Gone, now), changes(&[], &[1], false));
        assert_eq!(peers.forget_silent(now + LEASE / 2), []);
        peers.excuse(now + LEASE);
        assert_eq!(peers.forget_silent(now + LEASE), []);
        assert_eq!((peers.forget_silent(now + 2 * LEASE), peers.len()), (vec![AccountId(1)], 0));
    }

    #[test]
    fn there_are_only_so_many() {
        let (mut peers, now) = (Peers::default(), Instant::now());
        (0..1_000).for_each(|n| drop(peers.hear(ProcessId(n), Said::Alive { nth: 1 }, now)));
        assert_eq!(peers.len(), MAX_PEERS);
        for part in 0..1_000 {
            let here: Vec<_> = (part * 400..part * 400 + 400).collect();
            peers.hear(ProcessId(0), state(1, (part as usize, 1_000), &here), now);
        }
        assert_eq!(peers.forget_all(), [], "more than it may have");
    }
}
