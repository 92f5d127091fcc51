//! What a socket's client says: queued, stored in the order it came, and finished even if the client is gone.
//!
//! One task a socket, while there is something to store: it takes all that waits, has it stored in one write, and begins
//! again. So one author's order is kept on any store, and a fast author's messages share a flush as those of many do.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::handle::Handle;
use super::live::Live;
use super::wire::{self, Saying};
use crate::school::{Message, MessageText, Muted, Pass, Room};
use crate::server::problem::whole_seconds;

/// How many messages of one socket wait at most.
const MAX_WAITING: usize = 32;

/// How many of all sockets.
const MAX_WAITING_OF_ALL: usize = 8_192;

/// What a client hears for whom nothing can be stored.
const FAILED: &str = "The school cannot do this right now. Please try again in a moment.";

/// A socket's way into the store.
pub struct Mouth {
    live: Arc<Live>,
    room: Pass<Room>,
    handle: Arc<Handle>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Saying>,
    /// Whether somebody empties it.
    speaking: bool,
}

impl Mouth {
    /// Of a socket that is in this room.
    pub fn new(live: Arc<Live>, room: Pass<Room>, handle: Arc<Handle>) -> Arc<Self> {
        Arc::new(Self { live, room, handle, queue: Mutex::default() })
    }

    /// Takes a frame. What becomes of it the client hears through its handle.
    pub fn say(self: &Arc<Self>, frame: &str) {
        let saying = match Saying::parse(frame) {
            Ok(saying) => saying,
            Err(unclear) => {
                self.handle.say(wire::error(&unclear.detail, unclear.client_id.as_deref(), None));
                return;
            }
        };
        if self.queue().waiting.len() >= MAX_WAITING || !self.live.one_more_waits(MAX_WAITING_OF_ALL) {
            let detail = "Messages come faster than they can be stored. Please wait a moment.";
            self.handle.say(wire::error(detail, saying.client_id.as_deref(), Some(1)));
            return;
        }
        if let Err(early) = self.live.school.may_say_one_more(self.handle.account) {
            self.live.n_waiting.fetch_sub(1, Ordering::Relaxed);
            let detail = "So many messages at once: please wait a little.";
            self.handle.say(wire::error(detail, saying.client_id.as_deref(), Some(whole_seconds(early.0))));
            return;
        }
        let mut queue = self.queue();
        queue.waiting.push_back(saying);
        if !std::mem::replace(&mut queue.speaking, true) {
            self.live.tasks.spawn(self.clone().speak());
        }
    }

    async fn speak(self: Arc<Self>) {
        while let Some(batch) = self.next() {
            self.live.n_waiting.fetch_sub(batch.len(), Ordering::Relaxed);
            self.store(batch).await;
        }
    }

    /// All that waits; nothing if nothing does, and then somebody must begin again.
    fn next(&self) -> Option<Vec<Saying>> {
        let mut queue = self.queue();
        queue.speaking = !queue.waiting.is_empty();
        queue.speaking.then(|| queue.waiting.drain(..).collect())
    }

    async fn store(&self, batch: Vec<Saying>) {
        let (texts, ids): (Vec<MessageText>, Vec<_>) =
            batch.into_iter().map(|saying| (saying.text, saying.client_id)).unzip();
        let stored = self.live.school.say_all(&self.room, self.handle.account, texts).await;
        let messages = match stored {
            Ok(Ok(messages)) => messages,
            Ok(Err(muted)) => return self.refuse(&ids, Some(muted)),
            Err(error) => {
                tracing::error!(%error, "messages could not be stored");
                return self.refuse(&ids, None);
            }
        };
        if let Some(last) = messages.last() {
            self.live.added(&self.room, last.id, messages.len() as u64);
        }
        for (Message { id, .. }, client_id) in messages.iter().zip(&ids) {
            if let Some(client_id) = client_id {
                self.handle.say(wire::ack(client_id, *id));
            }
        }
    }

    fn refuse(&self, ids: &[Option<String>], muted: Option<Muted>) {
        for client_id in ids {
            let line = match muted {
                Some(Muted { until }) => {
                    let wait = whole_seconds(until.duration_since(self.live.school.now()));
                    let detail = format!("You cannot write here until {}.", until.strftime("%F %R UTC"));
                    wire::error(&detail, client_id.as_deref(), Some(wait))
                }
                None => wire::error(FAILED, client_id.as_deref(), Some(5)),
            };
            self.handle.say(line);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Each change is whole, so poison says nothing.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
