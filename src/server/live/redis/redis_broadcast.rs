//! The port, by way of Redis: connects, again and again with growing rests, for as long as there is a school to tell.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::address::RedisConfig;
use super::conversation::{Conversation, Memory};
use super::link::Link;
use super::outbox::Outbox;
use super::said::{PURPOSE, ProcessId, Seal};
use crate::school::AccountId;
use crate::server::live::live::Live;
use crate::server::live::{Broadcast, Contact, Hint};
use crate::server::operation::BetweenMetrics;

/// How long what was known of others counts when they are not heard any more.
const BROKEN: Duration = Duration::from_secs(120);

/// How often rooms look into the store while hints come, and while none can.
const LOOK: Duration = Duration::from_secs(5);
const LOOK_ALONE: Duration = Duration::from_secs(1);

/// Rests between tries, ever longer; not as long at first, when others come back, too.
const FIRST_REST: Duration = Duration::from_millis(50);
const LONG_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(5);

/// How long saying farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The processes of a school that share a Redis.
pub struct RedisBroadcast {
    pub(super) config: RedisConfig,
    pub(super) process: ProcessId,
    pub(super) metrics: BetweenMetrics,
    pub(super) outbox: Outbox,
    pub(super) stop: CancellationToken,
    state: Mutex<State>,
    task: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Never,
    Connected,
    Lost(Instant),
}

impl RedisBroadcast {
    /// By way of this Redis.
    pub fn new(config: RedisConfig, metrics: BetweenMetrics) -> Self {
        Self {
            config,
            process: ProcessId(fastrand::u64(..)),
            metrics,
            outbox: Outbox::default(),
            stop: CancellationToken::new(),
            state: Mutex::new(State::Never),
            task: Mutex::default(),
        }
    }

    async fn follow(self: Arc<Self>, live: Weak<Live>) {
        let mut memory = Memory::default();
        let mut seal = None;
        let mut rest = FIRST_REST;
        let mut is_known_to_fail = false;
        while let Some(school) = live.upgrade().map(|live| live.school.clone())
            && !self.stop.is_cancelled()
        {
            let reason = match &seal {
                None => match school.shared_key(PURPOSE).await {
                    Ok(key) => {
                        seal = Some(Seal::new(key));
                        continue;
                    }
                    Err(error) => error.to_string(),
                },
                Some(seal) => {
                    drop(school);
                    let began = Instant::now();
                    let reason = self.converse(&live, seal, &mut memory, &mut is_known_to_fail).await;
                    if began.elapsed() > LONGEST_REST {
                        rest = FIRST_REST;
                    }
                    reason
                }
            };
            if self.stop.is_cancelled() {
                return;
            }
            if !std::mem::replace(&mut is_known_to_fail, true) {
                tracing::error!("{} cannot be reached, and is tried again: {reason}", self.config);
            }
            self.rest(&live, &mut memory, &mut rest).await;
        }
    }

    /// Connects and goes on until the connection is lost; why it was, or why there is none.
    async fn converse(
        &self,
        live: &Weak<Live>,
        seal: &Seal,
        memory: &mut Memory,
        is_known_to_fail: &mut bool,
    ) -> String {
        let (link, ear) = match Link::open(&self.config).await {
            Ok(opened) => opened,
            Err(reason) => return reason,
        };
        if std::mem::take(is_known_to_fail) {
            tracing::info!("{} is reached again", self.config);
        }
        *self.state() = State::Connected;
        self.metrics.connected();
        let reason = Conversation { broadcast: self, live, seal, link }.hold(ear, memory).await;
        *self.state() = State::Lost(Instant::now());
        self.metrics.lost();
        if let Some(live) = live.upgrade() {
            // What was under way may be lost, and rooms should know by when to look themselves.
            live.rooms.look();
        }
        reason
    }

    async fn rest(&self, live: &Weak<Live>, memory: &mut Memory, rest: &mut Duration) {
        let is_broken = self.contact() == Contact::Broken;
        if !is_broken && let Some(live) = live.upgrade() {
            live.presence.went_elsewhere(memory.peers.forget_all());
            self.metrics.peers(0);
        }
        // Give or take a third, or all who lost it come back at once.
        let chance = rest.mul_f64(fastrand::f64() * 2.0 / 3.0 + 2.0 / 3.0);
        tokio::select! {
            () = sleep(chance) => {}
            () = self.stop.cancelled() => {}
        }
        *rest = (*rest * 2).min(if is_broken { LONG_REST } else { LONGEST_REST });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole, so poison says nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn task(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Broadcast for RedisBroadcast {
    fn tell(&self, hint: Hint) {
        self.outbox.tell(hint);
    }

    fn moved(&self, account: AccountId) {
        self.outbox.moved(account);
    }

    fn look_every(&self) -> Option<Duration> {
        Some(if self.contact() == Contact::Whole { LOOK } else { LOOK_ALONE })
    }

    fn contact(&self) -> Contact {
        match *self.state() {
            State::Connected => Contact::Whole,
            State::Lost(at) if at.elapsed() < BROKEN => Contact::Broken,
            State::Lost(_) | State::Never => Contact::None,
        }
    }

    fn begin(self: Arc<Self>, live: Weak<Live>) {
        let task = tokio::spawn(self.clone().follow(live));
        *self.task() = Some(task);
    }

    async fn end(&self) {
        self.stop.cancel();
        let task = self.task().take();
        if let Some(task) = task {
            let _ = timeout(FAREWELL, task).await;
        }
    }
}
