//! An open room: what is durable in it, brought to everybody who is there, in order and once.
//!
//! A hint raises the room's *head*, the highest number of an entry that is known to be durable. One task, the pump, reads the
//! store up to the head and no further (what is committed may not be flushed yet), encodes each entry once, puts it into the
//! ring and wakes the members. So what was said over a socket, by a form or in another process takes the same way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::broadcast::Broadcast;
use super::ring::{Entry, KEPT, Kind, Ring, TooOld};
use super::wire;
use crate::school::{AccountId, Content, Message, Pass, Room, School, SchoolError};

/// How many entries are read from the store at a time.
const STEP: usize = 256;

/// How long after a failure of the store it is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// How many authors' names a room remembers.
const MAX_NAMES: usize = 256;

/// A room that somebody is in.
pub struct OpenRoom {
    pass: Pass<Room>,
    head: watch::Sender<Head>,
    /// The last entry that members can have; nothing until the first were read.
    last: watch::Sender<Option<u64>>,
    ring: Mutex<Ring>,
}

/// What is known to be durable.
#[derive(Debug, Clone, Copy)]
struct Head {
    id: u64,
    /// When the first that the pump has not read yet became known.
    since: Instant,
    /// How often somebody had it looked into the store.
    n_looks: u64,
}

impl OpenRoom {
    /// Opens a room, and starts its pump, which ends with it. `broadcast` says how often to look for what no hint told of.
    pub fn open(pass: Pass<Room>, school: Arc<School>, broadcast: Arc<dyn Broadcast>) -> Arc<Self> {
        let head = watch::Sender::new(Head { id: 0, since: Instant::now(), n_looks: 0 });
        let heads = head.subscribe();
        let room = Arc::new(Self { pass, head, last: watch::Sender::new(None), ring: Mutex::default() });
        tokio::spawn(pump(Arc::downgrade(&room), heads, school, broadcast));
        room
    }

    /// The room.
    pub fn pass(&self) -> &Pass<Room> {
        &self.pass
    }

    /// An entry of this number is durable.
    pub fn raise(&self, id: u64) {
        let last = *self.last.borrow();
        self.head.send_if_modified(|head| {
            let is_new = id > head.id;
            if is_new {
                let caught_up = last.is_none_or(|last| last >= head.id);
                let since = if caught_up { Instant::now() } else { head.since };
                *head = Head { id, since, ..*head };
            }
            is_new
        });
    }

    /// Somebody says that there is an entry of this number. Only the store's word counts, so it is looked there.
    pub fn hear(&self, id: u64) {
        if id > self.head.borrow().id {
            self.look();
        }
    }

    /// There may be more in the store than is known.
    pub fn look(&self) {
        self.head.send_modify(|head| head.n_looks += 1);
    }

    /// Tells when there is more to read.
    pub fn follow(&self) -> watch::Receiver<Option<u64>> {
        self.last.subscribe()
    }

    /// The entries after one, at most `limit` of them.
    pub fn read(&self, after: u64, limit: usize) -> Result<Vec<Entry>, TooOld> {
        self.ring().read(after, limit)
    }

    /// What somebody hears who joins, and the last entry of it.
    pub fn history(&self, limit: usize) -> (Utf8Bytes, u64) {
        let ring = self.ring();
        (ring.history(limit, false), ring.last())
    }

    /// What somebody hears who was away for too long: all that there is, and the last entry of it.
    pub fn truncated_history(&self) -> (Utf8Bytes, u64) {
        let ring = self.ring();
        (ring.history(KEPT, true), ring.last())
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Each change is whole, so poison says nothing.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what the store has up to the head.
    async fn read_on(&self, school: &School, names: &mut Names, look: bool) -> Result<(), SchoolError> {
        if look {
            self.raise(school.last_entry(&self.pass).await?);
        }
        if self.last.borrow().is_none() {
            let first = self.head.borrow().id.saturating_sub(KEPT as u64);
            *self.ring() = Ring::after(first);
        }
        loop {
            let (Head { id: head, since, .. }, last) = (*self.head.borrow(), self.ring().last());
            if last >= head {
                break;
            }
            let messages = school.entries(&self.pass, last, head, STEP).await?;
            let next = messages.last().map(|message| message.id);
            for message in messages {
                self.take(school, names, message, since).await?;
            }
            // A store that lags behind its own word is asked again with the next hint.
            let Some(next) = next else { break };
            // Who joins while it is read for the first time waits for all of it.
            self.last.send_if_modified(|known| known.is_some() && known.replace(next) != Some(next));
        }
        let last = self.ring().last();
        self.last.send_if_modified(|known| known.replace(last) != Some(last));
        Ok(())
    }

    async fn take(
        &self,
        school: &School,
        names: &mut Names,
        message: Message,
        since: Instant,
    ) -> Result<(), SchoolError> {
        let mut kind = Kind::Message;
        if let Content::Removal { of } = message.content {
            kind = Kind::Removal(of);
            if self.ring().holds(of) {
                self.read_again(school, names, of).await?;
            }
        }
        let line = wire::entry(&message, names.of(school, message.author).await?);
        self.ring().push(Entry { id: message.id, kind, line, since });
        Ok(())
    }

    /// A message was taken away: who joins from now on, or comes back, hears no text of it.
    async fn read_again(&self, school: &School, names: &mut Names, of: u64) -> Result<(), SchoolError> {
        for message in school.entries(&self.pass, of - 1, of, 1).await? {
            let line = wire::entry(&message, names.of(school, message.author).await?);
            self.ring().replace(of, line);
        }
        Ok(())
    }
}

/// Names of authors. They never change.
#[derive(Default)]
struct Names(HashMap<AccountId, Arc<str>>);

impl Names {
    async fn of(&mut self, school: &School, account: AccountId) -> Result<&str, SchoolError> {
        if !self.0.contains_key(&account) {
            let name = school.name_of(account).await?;
            if self.0.len() >= MAX_NAMES {
                self.0.clear();
            }
            self.0.insert(account, name.map_or_else(Arc::default, |name| name.as_str().into()));
        }
        Ok(&self.0[&account])
    }
}

async fn pump(
    room: Weak<OpenRoom>,
    mut heads: watch::Receiver<Head>,
    school: Arc<School>,
    broadcast: Arc<dyn Broadcast>,
) {
    let mut names = Names::default();
    let (mut is_due, mut n_looked) = (true, 0);
    loop {
        // Held only while it works: the room ends with its last member.
        let Some(open) = room.upgrade() else { return };
        let n_looks = heads.borrow_and_update().n_looks;
        // What failed at a look has not looked yet.
        is_due |= n_looks != n_looked;
        n_looked = n_looks;
        let read = open.read_on(&school, &mut names, is_due).await;
        drop(open);
        let wait = match read {
            Ok(()) => {
                is_due = false;
                broadcast.look_every()
            }
            Err(error) => {
                tracing::error!(%error, "a room could not be read on");
                Some(AGAIN)
            }
        };
        let changed = heads.changed();
        let changed = match wait {
            Some(wait) => tokio::time::timeout(wait, changed).await,
            None => Ok(changed.await),
        };
        match changed {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => is_due = true,
        }
    }
}
