//! [`Live`]: what all sockets of a process share, and the way by which everything is said in a room.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::broadcast::{Alone, Broadcast, Hint};
use super::config::LiveConfig;
use super::presence::Presence;
use super::revocation::Revocation;
use super::rooms::Rooms;
use super::sockets::Sockets;
use crate::course::CourseId;
use crate::school::{Account, AccountId, Message, MessageText, Pass, Room, School, Unsaid};
use crate::server::operation::LiveMetrics;
use crate::server::problem::Problem;
use crate::server::publication::Shelf;

/// Course chat and presence of a process.
pub struct Live {
    pub(super) school: Arc<School>,
    pub(super) shelf: Arc<Shelf>,
    pub(super) config: LiveConfig,
    pub(super) metrics: LiveMetrics,
    pub(super) rooms: Rooms,
    pub(super) sockets: Arc<Sockets>,
    pub(super) presence: Arc<Presence>,
    pub(super) revocation: Revocation,
    /// When it began.
    pub(super) begun: Instant,
    /// How many messages wait to be stored, of all sockets.
    pub(super) n_waiting: AtomicUsize,
    /// Sockets, and messages on their way into the store.
    pub(super) tasks: TaskTracker,
    broadcast: Arc<dyn Broadcast>,
}

impl Live {
    /// For a school that one process serves.
    pub fn new(school: Arc<School>, shelf: Arc<Shelf>, config: LiveConfig, metrics: LiveMetrics) -> Self {
        Self::with(school, shelf, config, metrics, Arc::new(Alone))
    }

    /// For one of several processes.
    pub fn with(
        school: Arc<School>,
        shelf: Arc<Shelf>,
        config: LiveConfig,
        metrics: LiveMetrics,
        broadcast: Arc<dyn Broadcast>,
    ) -> Self {
        Self {
            rooms: Rooms::new(school.clone(), broadcast.clone()),
            school,
            shelf,
            config,
            metrics,
            sockets: Arc::default(),
            presence: Arc::new(Presence::new(broadcast.clone())),
            revocation: Revocation::default(),
            begun: Instant::now(),
            n_waiting: AtomicUsize::new(0),
            tasks: TaskTracker::new(),
            broadcast,
        }
    }

    /// Says something in a room for who is in no socket. What was begun is finished, also if nobody waits for it any more.
    pub async fn say(
        self: &Arc<Self>,
        room: Pass<Room>,
        author: Account,
        text: MessageText,
    ) -> Result<Result<Message, Unsaid>, Problem> {
        let live = self.clone();
        let said = self.tasks.spawn(async move {
            let said = live.school.say(&room, &author, text).await?;
            if let Ok(message) = &said {
                live.added(&room, message.id, 1);
            }
            Ok::<_, Problem>(said)
        });
        said.await?
    }

    /// A room's log has an entry that is durable: here, and for other processes to hear. Whoever adds one tells, or its
    /// members have it with the next.
    pub fn tell(&self, hint: Hint) {
        self.rooms.raise(hint);
        self.broadcast.tell(hint);
    }

    /// The same of an entry, if there is one.
    pub fn tell_of(&self, room: CourseId, entry: Option<&Message>) {
        if let Some(entry) = entry {
            self.tell(Hint { room, entry: entry.id });
        }
    }

    /// Begins to hear other processes.
    pub fn begin(self: &Arc<Self>) {
        self.broadcast.clone().begin(Arc::downgrade(self));
    }

    /// What another process told. It may have come before, or late, and is not believed: the room looks into the store.
    pub fn hear(&self, hint: Hint) {
        self.rooms.hear(hint);
    }

    /// Who of these accounts is here: has a socket open, or had one a moment ago.
    pub fn online(&self, accounts: impl IntoIterator<Item = AccountId>) -> HashSet<AccountId> {
        self.presence.online(accounts)
    }

    /// Ends all sockets; ready when they have ended, and all that was said is stored.
    pub async fn stop(&self) {
        self.sockets.stop();
        self.tasks.close();
        self.tasks.wait().await;
        self.broadcast.end().await;
    }

    /// Messages were added, the last of this number.
    pub(super) fn added(&self, room: &Pass<Room>, last: u64, n_messages: u64) {
        self.metrics.said(n_messages);
        let Room(room) = *room.thing();
        self.tell(Hint { room, entry: last });
    }

    /// Counts a message that waits; nothing if too many do.
    pub(super) fn one_more_waits(&self, limit: usize) -> bool {
        let before = self.n_waiting.fetch_add(1, Ordering::Relaxed);
        if before >= limit {
            self.n_waiting.fetch_sub(1, Ordering::Relaxed);
        }
        before < limit
    }
}
