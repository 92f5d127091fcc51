//! A member: somebody's socket in a room. It knows the last entry it was given, and is given what comes after.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::close::Close;
use super::handle::Handle;
use super::live::Live;
use super::marks::Marks;
use super::room::OpenRoom;
use super::saying::Mouth;
use super::socket::{Connection, Socket};
use super::wire;
use crate::school::{Account, AccountId, Muted, Room, SchoolError, admit};

/// How many messages are shown to who joins.
const SHOWN: usize = 50;

/// How many entries somebody may have missed.
const MAX_MISSED: u64 = 1_000;

/// How many entries are taken from the ring at a time.
const STEP: usize = 64;

/// Somebody in a room.
pub struct Member {
    room: Arc<OpenRoom>,
    news: watch::Receiver<Option<u64>>,
    /// The last entry it was given.
    last: u64,
    mouth: Option<Arc<Mouth>>,
    muted: Option<Muted>,
    marks: Arc<Marks>,
}

impl Member {
    /// Somebody who will be told what is there.
    pub fn new(room: Arc<OpenRoom>) -> Self {
        let news = room.follow();
        Self { room, news, last: 0, mouth: None, muted: None, marks: Arc::default() }
    }

    /// What was said before: the last messages, or all after an entry that the client has. Nothing if it has everything.
    pub async fn begin(&mut self, live: &Live, after: Option<u64>) -> Result<Option<Utf8Bytes>, Close> {
        let known = self.news.wait_for(Option::is_some);
        let known = tokio::time::timeout(live.config.slow, known).await.is_ok_and(|known| known.is_ok());
        if !known {
            return Err(Close::TooSlow);
        }
        let Some(after) = after else {
            let (history, last) = self.room.history(SHOWN);
            self.last = last;
            return Ok(Some(history));
        };
        let mut newest = self.news.borrow().unwrap_or_default();
        if after > newest {
            // Told by another process, whose hint is on its way.
            newest = live.school.last_entry(self.room.pass()).await.map_err(failed)?;
            self.room.raise(newest);
        }
        let is_near = after <= newest && newest - after <= MAX_MISSED;
        // What is between the ring and the head comes through the ring.
        if is_near && self.room.read(after, 1).is_ok() {
            self.last = after;
            return Ok(None);
        }
        let (history, last) = self.room.truncated_history();
        self.last = last;
        Ok(Some(history))
    }

    /// Ready when there may be more to send.
    pub async fn changed(&mut self) {
        // The room lives as long as its members do.
        let _ = self.news.changed().await;
    }

    /// Has all that is new sent; returns since when the oldest of it was known.
    pub async fn send_news(
        &mut self,
        live: &Live,
        socket: &mut Socket<impl Connection>,
    ) -> Result<Option<Instant>, Close> {
        self.news.mark_unchanged();
        let mut since = None;
        loop {
            let entries = self.room.read(self.last, STEP).map_err(|_| Close::TooSlow)?;
            let Some(last) = entries.last().map(|entry| entry.id) else { return Ok(since) };
            live.metrics.heard(entries.len() as u64);
            for entry in entries {
                since = since.or(Some(entry.since));
                socket.feed(entry.line).await?;
            }
            self.last = last;
        }
    }

    /// What was sent to their page counts as read.
    pub fn mark(&self, live: &Live, account: AccountId) {
        self.marks.raise(&live.school, self.room.pass(), account, self.last);
    }

    /// A frame came.
    pub fn hear(&mut self, live: &Arc<Live>, handle: &Arc<Handle>, frame: &str) {
        let room = || self.room.pass().clone();
        self.mouth.get_or_insert_with(|| Mouth::new(live.clone(), room(), handle.clone())).say(frame);
    }

    /// Whether somebody may still be here, and write; what there is to tell them of that.
    pub async fn look_again(&mut self, live: &Live, account: &Account) -> Result<Option<Utf8Bytes>, Close> {
        let Room(course) = *self.room.pass().thing();
        let publication = live.shelf.current();
        if publication.catalog.course(course).is_none() {
            return Err(Close::NoPlace);
        }
        let standing = live.school.standing(Some(account), course, &publication.catalog).await.map_err(failed)?;
        let pass = admit(&standing, Room(course)).map_err(|_| Close::NoPlace)?;
        let muted = live.school.muted_in(&pass, account.id).await.map_err(failed)?;
        let before = std::mem::replace(&mut self.muted, muted);
        Ok((before != muted).then(|| wire::muted(muted)))
    }
}

/// The store failed: the client comes back and goes on from where it was.
pub fn failed(error: SchoolError) -> Close {
    tracing::error!(%error, "a socket was ended");
    Close::TooSlow
}
