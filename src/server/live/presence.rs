//! Presence: who is here, once a person however many sockets they have on however many processes, and who came and went
//! since a reader looked.
//!
//! People stand in *circles*: that of each course they have a place in, and that of everybody. A change is one entry in the
//! log of each of these few circles, whoever many people are in them. Readers are woken together, at most four times a
//! second, and each works out what is new to it from where it stopped reading.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::broadcast::{Alone, Broadcast, Contact};
use super::handle::Handle;
use super::live::Live;
use crate::course::CourseId;
use crate::school::{Account, AccountId, SchoolError};

pub use super::reader::Reader;

/// How long somebody stays without any socket: who goes from page to page is not gone.
pub(super) const FAREWELL: Duration = Duration::from_millis(1_200);

/// The same while other processes cannot say that somebody is with them now; shortened when they can.
const UNHEARD: Duration = Duration::from_secs(25);

/// How often at least it is looked who is gone, while somebody is about to go.
const SWEEP: Duration = Duration::from_millis(300);

/// How often readers are woken at most.
const TICK: Duration = Duration::from_millis(250);

/// How many changes of a circle are kept for readers who lag behind; who lags further is told the state anew.
const KEPT: usize = 4_096;

/// People who may see each other: those of a course; or everybody, for the staff.
pub type CircleKey = Option<CourseId>;

/// Who is here.
pub struct Presence {
    here: Mutex<Here>,
    broadcast: Arc<dyn Broadcast>,
}

impl Default for Presence {
    fn default() -> Self {
        Self::new(Arc::new(Alone))
    }
}

#[derive(Debug, Default)]
pub(super) struct Here {
    pub(super) people: HashMap<AccountId, Person>,
    /// At how many other processes somebody is.
    pub(super) elsewhere: HashMap<AccountId, usize>,
    /// Those of them whose names are still to be looked up.
    pub(super) unknown: BTreeSet<AccountId>,
    pub(super) is_looking_up: bool,
    pub(super) circles: HashMap<CircleKey, Circle>,
    /// Who has no socket any more, and from when that counts.
    pub(super) leaving: BTreeSet<(Instant, AccountId)>,
    is_sweeping: bool,
    /// Circles with changes that their readers were not woken for.
    changed: Vec<CircleKey>,
    is_ticking: bool,
    n_readers: u64,
}

#[derive(Debug)]
pub(super) struct Person {
    name: Arc<str>,
    courses: Vec<CourseId>,
    /// At this process.
    pub(super) n_sockets: usize,
    pub(super) leaves: Option<Instant>,
    /// Raised whenever their courses are about to be read: of several who read them, the last to begin is right.
    n_reads: u64,
}

/// The people of a circle who are here, and what changed.
#[derive(Debug, Default)]
pub(super) struct Circle {
    pub(super) people: BTreeMap<Arc<str>, AccountId>,
    changes: VecDeque<Change>,
    /// How many changes there were, those that are not kept any more included.
    pub(super) n_changes: u64,
    readers: HashMap<u64, Arc<Handle>>,
}

/// Somebody came or went.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) name: Arc<str>,
    pub(super) came: bool,
}

impl Circle {
    /// The changes after a number of them; nothing if they are not all kept any more.
    pub(super) fn since(&self, n_known: u64) -> Option<impl Iterator<Item = &Change>> {
        let n_missing = usize::try_from(self.n_changes - n_known).unwrap_or(usize::MAX);
        let skipped = self.changes.len().checked_sub(n_missing)?;
        Some(self.changes.iter().skip(skipped))
    }

    /// Somebody came or went; whether readers must hear of it.
    fn change(&mut self, name: &Arc<str>, account: AccountId, came: bool) -> bool {
        if came {
            self.people.insert(name.clone(), account);
        } else {
            self.people.remove(name);
        }
        self.n_changes += 1;
        if self.readers.is_empty() {
            return false;
        }
        self.changes.push_back(Change { name: name.clone(), came });
        if self.changes.len() > KEPT {
            self.changes.pop_front();
        }
        true
    }
}

impl Presence {
    /// Nobody is here yet. Who comes and goes is told by `broadcast`.
    pub fn new(broadcast: Arc<dyn Broadcast>) -> Self {
        Self { here: Mutex::default(), broadcast }
    }

    /// Somebody has a socket more, until the value is dropped.
    pub async fn enter(self: &Arc<Self>, live: &Live, account: &Account) -> Result<Attending, SchoolError> {
        self.arrive(account.id, account.username.as_str());
        let attending = Attending { presence: self.clone(), account: account.id };
        self.moved(live, account.id).await?;
        Ok(attending)
    }

    /// Somebody may have a place in other courses than before.
    pub async fn moved(self: &Arc<Self>, live: &Live, account: AccountId) -> Result<(), SchoolError> {
        let Some(n_reads) = self.begin_reading(account) else { return Ok(()) };
        let courses = live.school.courses_of(account).await?;
        self.place(account, courses, n_reads);
        Ok(())
    }

    /// Who of these is here.
    pub fn online(&self, accounts: impl IntoIterator<Item = AccountId>) -> HashSet<AccountId> {
        let here = self.here();
        accounts.into_iter().filter(|account| here.people.contains_key(account)).collect()
    }

    pub(super) fn arrive(self: &Arc<Self>, account: AccountId, name: &str) {
        let mut here = self.here();
        let n_sockets = match here.people.get_mut(&account) {
            Some(person) => {
                (person.n_sockets, person.leaves) = (person.n_sockets + 1, None);
                person.n_sockets
            }
            None => {
                self.insert(&mut here, account, name, 1);
                1
            }
        };
        drop(here);
        if n_sockets == 1 {
            self.broadcast.moved(account);
        }
    }

    /// The name of somebody was looked up who is at a socket of another process, if they still are.
    pub(super) fn arrive_elsewhere(self: &Arc<Self>, account: AccountId, name: &str) {
        let mut here = self.here();
        if here.elsewhere.contains_key(&account) && !here.people.contains_key(&account) {
            self.insert(&mut here, account, name, 0);
        }
    }

    fn insert(self: &Arc<Self>, here: &mut Here, account: AccountId, name: &str, n_sockets: usize) {
        let name: Arc<str> = name.into();
        let person = Person { name: name.clone(), courses: Vec::new(), n_sockets, leaves: None, n_reads: 0 };
        here.people.insert(account, person);
        self.change(here, None, &name, account, true);
    }

    pub(super) fn begin_reading(&self, account: AccountId) -> Option<u64> {
        let mut here = self.here();
        let person = here.people.get_mut(&account)?;
        person.n_reads += 1;
        Some(person.n_reads)
    }

    pub(super) fn place(self: &Arc<Self>, account: AccountId, courses: Vec<CourseId>, n_reads: u64) {
        let mut here = self.here();
        let Some(person) = here.people.get_mut(&account).filter(|person| person.n_reads == n_reads) else { return };
        let name = person.name.clone();
        let before = std::mem::replace(&mut person.courses, courses.clone());
        for left in before.iter().filter(|course| !courses.contains(course)) {
            self.change(&mut here, Some(*left), &name, account, false);
        }
        for joined in courses.iter().filter(|course| !before.contains(course)) {
            self.change(&mut here, Some(*joined), &name, account, true);
        }
    }

    fn leave(self: &Arc<Self>, account: AccountId) {
        let mut here = self.here();
        let Some(person) = here.people.get_mut(&account) else { return };
        person.n_sockets -= 1;
        if person.n_sockets == 0 {
            self.farewell(&mut here, account);
            drop(here);
            self.broadcast.moved(account);
        }
    }

    /// Somebody may have no socket any more, and then goes, if they do not come back in time.
    pub(super) fn farewell(self: &Arc<Self>, here: &mut Here, account: AccountId) {
        let is_elsewhere = here.elsewhere.contains_key(&account);
        let Some(person) = here.people.get_mut(&account).filter(|person| person.n_sockets == 0 && !is_elsewhere) else {
            return;
        };
        let stays = if self.broadcast.contact() == Contact::Broken { UNHEARD } else { FAREWELL };
        let when = Instant::now() + stays;
        person.leaves = Some(when);
        here.leaving.insert((when, account));
        if !std::mem::replace(&mut here.is_sweeping, true) {
            tokio::spawn(self.clone().sweep());
        }
    }

    /// Lets those go who have had no socket for long enough; ends when nobody is about to go.
    async fn sweep(self: Arc<Self>) {
        while let Some(next) = self.sweep_once() {
            sleep_until(next).await;
        }
    }

    fn sweep_once(self: &Arc<Self>) -> Option<Instant> {
        let mut here = self.here();
        while let Some((when, account)) = here.leaving.first().copied() {
            let now = Instant::now();
            if when > now {
                // Somebody may be about to go before.
                return Some(when.min(now + SWEEP));
            }
            here.leaving.pop_first();
            // Who came back meanwhile stays, and may have left anew.
            if here.people.get(&account).is_some_and(|person| person.leaves == Some(when))
                && let Some(person) = here.people.remove(&account)
            {
                for circle in person.courses.iter().copied().map(Some).chain([None]) {
                    self.change(&mut here, circle, &person.name, account, false);
                }
            }
        }
        here.is_sweeping = false;
        None
    }

    fn change(self: &Arc<Self>, here: &mut Here, key: CircleKey, name: &Arc<str>, account: AccountId, came: bool) {
        let circle = here.circles.entry(key).or_default();
        let is_news = circle.change(name, account, came);
        if circle.people.is_empty() && circle.readers.is_empty() {
            here.circles.remove(&key);
        }
        if is_news && !here.changed.contains(&key) {
            here.changed.push(key);
            if !std::mem::replace(&mut here.is_ticking, true) {
                tokio::spawn(self.clone().tick());
            }
        }
    }

    /// Wakes the readers of what changed, again and again until nothing does.
    async fn tick(self: Arc<Self>) {
        loop {
            sleep(TICK).await;
            let Some(readers) = self.readers_of_changes() else { return };
            for reader in readers {
                reader.signal(|signals| signals.presence = true);
            }
        }
    }

    fn readers_of_changes(&self) -> Option<Vec<Arc<Handle>>> {
        let mut here = self.here();
        let changed = std::mem::take(&mut here.changed);
        if changed.is_empty() {
            here.is_ticking = false;
            return None;
        }
        let circles = changed.iter().filter_map(|key| here.circles.get(key));
        Some(circles.flat_map(|circle| circle.readers.values().cloned()).collect())
    }

    /// Has a socket woken for what changes in a circle, under a number of the caller's.
    pub(super) fn subscribe(&self, key: CircleKey, reader: u64, handle: &Arc<Handle>) {
        self.here().circles.entry(key).or_default().readers.insert(reader, handle.clone());
    }

    /// The contrary.
    pub(super) fn unsubscribe(&self, key: CircleKey, reader: u64) {
        let mut here = self.here();
        let Some(circle) = here.circles.get_mut(&key) else { return };
        circle.readers.remove(&reader);
        if circle.readers.is_empty() {
            circle.changes.clear();
            if circle.people.is_empty() {
                here.circles.remove(&key);
            }
        }
    }

    /// A number that no other reader has.
    pub(super) fn next_reader(&self) -> u64 {
        let mut here = self.here();
        here.n_readers += 1;
        here.n_readers
    }

    pub(super) fn here(&self) -> MutexGuard<'_, Here> {
        // Each change is whole, so poison says nothing.
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of somebody's sockets is open, until this is dropped.
pub struct Attending {
    presence: Arc<Presence>,
    account: AccountId,
}

impl Drop for Attending {
    fn drop(&mut self) {
        self.presence.leave(self.account);
    }
}
