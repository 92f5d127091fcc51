//! What is said and heard while a connection holds. Saying and hearing do not wait for each other.

use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::link::{Ear, Link};
use super::outbox::Presences;
use super::peers::Peers;
use super::redis_broadcast::RedisBroadcast;
use super::said::{self, MANY, ProcessId, Said, Seal};
use crate::school::AccountId;
use crate::server::live::Hint;
use crate::server::live::live::Live;

/// How often a process says that it is alive, a fifth of its lease. The answer says whether the connection is.
const ALIVE: Duration = Duration::from_secs(3);

/// How often others are told who came and went, and how often of everybody.
const MOVED: Duration = Duration::from_millis(100);
const STATE: Duration = Duration::from_millis(500);

/// How often silent processes are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// What outlasts a connection.
#[derive(Debug, Default)]
pub struct Memory {
    /// The others.
    pub peers: Peers,
    /// How many changes of who is here were told.
    nth: u64,
}

/// A connection that holds.
pub struct Conversation<'a> {
    /// What there is to say.
    pub broadcast: &'a RedisBroadcast,
    /// Whom it is for.
    pub live: &'a Weak<Live>,
    /// How it is sealed.
    pub seal: &'a Seal,
    /// The connection.
    pub link: Link,
}

impl Conversation<'_> {
    /// Goes on until it is lost; why it was.
    pub async fn hold(self, ear: Ear, memory: &mut Memory) -> String {
        memory.peers.excuse(Instant::now());
        let Some(live) = self.live.upgrade() else { return String::new() };
        // We hear from now on. What was said before is in the store.
        live.rooms.look();
        live.presence.settle();
        drop(live);
        self.broadcast.outbox.want_state();
        self.broadcast.outbox.ask(None);
        let Memory { peers, nth } = memory;
        tokio::select! {
            reason = self.hear(ear, peers) => reason,
            Err(reason) = self.speak(nth) => reason,
            () = self.broadcast.stop.cancelled() => {
                let _ = self.say(&Said::Gone).await;
                "it is to end".to_owned()
            }
        }
    }

    async fn hear(&self, mut ear: Ear, peers: &mut Peers) -> String {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let message = tokio::select! {
                message = ear.next() => message,
                _ = looks.tick() => {
                    let Some(live) = self.live.upgrade() else { return String::new() };
                    live.presence.went_elsewhere(peers.forget_silent(Instant::now()));
                    self.broadcast.metrics.peers(peers.len());
                    continue;
                }
            };
            let (Some(message), Some(live)) = (message, self.live.upgrade()) else {
                return "the connection was closed".to_owned();
            };
            if ear.missed_some() {
                live.rooms.look();
                self.broadcast.outbox.ask(None);
            }
            match self.seal.read(&message) {
                Some((from, _)) if from == self.broadcast.process => {}
                Some((from, said)) => {
                    self.broadcast.metrics.received();
                    self.take(&live, peers, from, said);
                }
                None => self.broadcast.metrics.ignored(),
            }
        }
    }

    fn take(&self, live: &Arc<Live>, peers: &mut Peers, from: ProcessId, said: Said) {
        match &said {
            Said::Hints(hints) => said::rooms(hints).for_each(|hint| live.hear(hint)),
            Said::Ask { whom } if whom.is_none_or(|whom| whom == self.broadcast.process) => {
                self.broadcast.outbox.want_state();
            }
            _ => {}
        }
        let change = peers.hear(from, said, Instant::now());
        if change.ask {
            self.broadcast.outbox.ask(Some(from));
        }
        live.presence.went_elsewhere(change.went);
        live.presence.came_elsewhere(live, change.came);
    }

    async fn speak(&self, nth: &mut u64) -> Result<Infallible, String> {
        let mut alive = interval(ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let outbox = &self.broadcast.outbox;
        let mut presences_at = Instant::now();
        loop {
            let (has_presences, has_others) = outbox.has();
            tokio::select! {
                () = std::future::ready(()), if has_others => {}
                () = sleep_until(presences_at), if has_presences => {}
                () = outbox.woken() => {}
                _ = alive.tick() => self.say(&Said::Alive { nth: *nth }).await?,
            }
            self.say_hints().await?;
            for whom in outbox.take_asked() {
                self.say(&Said::Ask { whom }).await?;
            }
            if Instant::now() >= presences_at
                && let Some(presences) = outbox.take_presences()
            {
                let is_state = presences == Presences::State;
                self.say_presences(presences, nth).await?;
                presences_at = Instant::now() + if is_state { STATE } else { MOVED };
            }
        }
    }

    async fn say_hints(&self) -> Result<(), String> {
        let hints = self.broadcast.outbox.take_hints();
        if hints.is_empty() {
            return Ok(());
        }
        let said = self.say(&Said::hints(&hints)).await;
        if said.is_err() {
            // Perhaps nobody heard it; twice is as good as once.
            hints.into_iter().for_each(|hint: Hint| self.broadcast.outbox.tell(hint));
        }
        said
    }

    /// What of it is lost with the connection, the state of the next one says.
    async fn say_presences(&self, presences: Presences, nth: &mut u64) -> Result<(), String> {
        let Some(live) = self.live.upgrade() else { return Ok(()) };
        *nth += 1;
        match presences {
            Presences::State => {
                let here = live.presence.here_ourselves();
                let parts = here.len().div_ceil(MANY).max(1);
                for part in 0..parts {
                    let here = here.iter().skip(part * MANY).take(MANY).map(|account| account.0).collect();
                    self.say(&Said::State { nth: *nth, part, parts, here }).await?;
                }
            }
            Presences::Moved(accounts) => {
                let moved: Vec<AccountId> = accounts.into_iter().collect();
                for (at, some) in moved.chunks(MANY).enumerate() {
                    *nth += u64::from(at > 0);
                    let (came, went): (Vec<_>, Vec<_>) =
                        some.iter().partition(|account| live.presence.is_here_ourselves(**account));
                    let ids = |accounts: Vec<&AccountId>| accounts.into_iter().map(|account| account.0).collect();
                    self.say(&Said::Moved { nth: *nth, came: ids(came), went: ids(went) }).await?;
                }
            }
        }
        Ok(())
    }

    async fn say(&self, said: &Said) -> Result<(), String> {
        self.link.publish(&self.seal.write(self.broadcast.process, said)).await?;
        self.broadcast.metrics.sent();
        Ok(())
    }
}
