//! What this process has for the others, merged until there is a way: of a room the highest entry, of a person whether they
//! are here at the moment when it is said. So it is bounded by rooms and people, and whoever adds to it never waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::said::{MANY, ProcessId};
use crate::course::CourseId;
use crate::school::AccountId;
use crate::server::live::Hint;

/// Rooms of which something waits to be told; those beyond are found in the store.
const MAX_ROOMS: usize = 4_096;

/// Processes to be asked who is there; more are asked all together.
const MAX_ASKED: usize = 16;

/// What waits to be said.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    woken: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    hints: BTreeMap<CourseId, u64>,
    moved: BTreeSet<AccountId>,
    /// Whether all who are here are to be named: somebody asked, or too many moved.
    state: bool,
    asked: Vec<Option<ProcessId>>,
}

/// What there is to say of presence.
#[derive(Debug, PartialEq, Eq)]
pub enum Presences {
    /// Who may have come or gone.
    Moved(BTreeSet<AccountId>),
    /// Everybody.
    State,
}

impl Outbox {
    /// A room has an entry.
    pub fn tell(&self, hint: Hint) {
        self.add(|waiting| {
            let is_full = waiting.hints.len() >= MAX_ROOMS;
            if let Some(entry) = waiting.hints.get_mut(&hint.room) {
                *entry = (*entry).max(hint.entry);
            } else if !is_full {
                waiting.hints.insert(hint.room, hint.entry);
            }
        });
    }

    /// Somebody came or went.
    pub fn moved(&self, account: AccountId) {
        self.add(|waiting| {
            if !waiting.state {
                waiting.moved.insert(account);
            }
            // One message of everybody may be shorter than many.
            if waiting.moved.len() > 2 * MANY {
                waiting.want_state();
            }
        });
    }

    /// Everybody is to be named.
    pub fn want_state(&self) {
        self.add(Waiting::want_state);
    }

    /// One process, or all, should name everybody.
    pub fn ask(&self, whom: Option<ProcessId>) {
        self.add(|waiting| {
            if waiting.asked.len() >= MAX_ASKED {
                waiting.asked = vec![None];
            } else if !waiting.asked.contains(&whom) && !waiting.asked.contains(&None) {
                waiting.asked.push(whom);
            }
        });
    }

    /// Takes some hints; there may be more.
    pub fn take_hints(&self) -> Vec<Hint> {
        let mut waiting = self.waiting();
        let mut taken = Vec::new();
        while taken.len() < MANY
            && let Some((room, entry)) = waiting.hints.pop_first()
        {
            taken.push(Hint { room, entry });
        }
        taken
    }

    /// Takes who is to be asked.
    pub fn take_asked(&self) -> Vec<Option<ProcessId>> {
        std::mem::take(&mut self.waiting().asked)
    }

    /// Takes what there is to say of presence, if anything.
    pub fn take_presences(&self) -> Option<Presences> {
        let mut waiting = self.waiting();
        if std::mem::take(&mut waiting.state) {
            return Some(Presences::State);
        }
        let moved = std::mem::take(&mut waiting.moved);
        (!moved.is_empty()).then_some(Presences::Moved(moved))
    }

    /// Whether there is anything to say of presence, and anything else.
    pub fn has(&self) -> (bool, bool) {
        let waiting = self.waiting();
        (waiting.state || !waiting.moved.is_empty(), !waiting.hints.is_empty() || !waiting.asked.is_empty())
    }

    /// Ready when something was added.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    fn add(&self, add: impl FnOnce(&mut Waiting)) {
        add(&mut self.waiting());
        self.woken.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Each change is whole, so poison says nothing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn want_state(&mut self) {
        self.moved.clear();
        self.state = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(room: u32, entry: u64) -> Hint {
        Hint { room: CourseId::new(room).expect("an id"), entry }
    }

    #[test]
    fn many_hints_become_the_highest_of_each_room() {
        let outbox = Outbox::default();
        for (room, entry) in [(1, 5), (2, 1), (1, 7), (1, 6)] {
            outbox.tell(hint(room, entry));
        }
        assert_eq!((outbox.has(), outbox.take_hints()), ((false, true), vec![hint(1, 7), hint(2, 1)]));
        for room in 1..=10_000 {
            outbox.tell(hint(room, 1));
        }
        let mut n_taken = 0;
        while let taken = outbox.take_hints()
            && !taken.is_empty()
        {
            assert!(taken.len() <= MANY);
            n_taken += taken.len();
        }
        assert_eq!(n_taken, MAX_ROOMS, "and no more are kept");
    }

    #[test]
    fn who_moves_again_is_one_and_many_are_everybody() {
        let outbox = Outbox::default();
        assert_eq!(outbox.take_presences(), None);
        for n in [1, 2, 1] {
            outbox.moved(AccountId(n));
        }
        assert_eq!(outbox.take_presences(), Some(Presences::Moved([AccountId(1), AccountId(2)].into())));
        (0..5_000).for_each(|n| outbox.moved(AccountId(n)));
        assert_eq!((outbox.take_presences(), outbox.take_presences()), (Some(Presences::State), None));
    }

    #[test]
    fn who_is_asked_is_asked_once() {
        let outbox = Outbox::default();
        for n in [1, 2, 1] {
            outbox.ask(Some(ProcessId(n)));
        }
        assert_eq!(outbox.take_asked(), [Some(ProcessId(1)), Some(ProcessId(2))]);
        (0..40).for_each(|n| outbox.ask(Some(ProcessId(n))));
        assert_eq!(outbox.take_asked(), [None], "all");
    }
}
