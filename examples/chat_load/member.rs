//! Members: what they send, and what they hear of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::times::{Times, micros};
use crate::{Arguments, PATIENCE, Socket};

/// What all members share.
pub struct Talk {
    pub began: Instant,
    /// When nobody sends any more.
    pub ends: Instant,
    pub n_sent: AtomicU64,
    pub n_refused: AtomicU64,
    /// How late a message was sent, at most.
    pub latest_us: AtomicU64,
    /// How many have not yet heard what became of all that they sent.
    pub n_speaking: AtomicUsize,
    /// How many messages there are, once that is known.
    pub total: watch::Sender<Option<u64>>,
}

/// Somebody in the room.
pub struct Member {
    pub socket: Socket,
    pub voice: Option<Voice>,
    pub ear: Ear,
    pub talk: Arc<Talk>,
}

impl Member {
    /// Speaks for as long as the talk goes, and listens until everything was heard.
    pub async fn take_part(mut self) -> Ear {
        if let Err(error) = self.listen_and_speak().await {
            self.ear.ended = Some(error.to_string());
        }
        self.fall_silent();
        self.ear
    }

    async fn listen_and_speak(&mut self) -> Result<(), Error> {
        let mut total = self.talk.total.subscribe();
        let mut given_up = Box::pin(sleep_until(self.talk.ends + PATIENCE));
        let mut speaks = Box::pin(sleep_until(self.talk.began));
        loop {
            let all = *total.borrow_and_update();
            if all.is_some_and(|all| self.ear.n_heard + self.ear.n_missing >= all) {
                return Ok(());
            }
            let is_timed = self.voice.as_ref().is_some_and(|voice| !voice.is_done);
            tokio::select! {
                biased;
                frame = self.socket.next() => self.hear(frame).await?,
                () = &mut speaks, if is_timed => {
                    let next = self.speak().await?;
                    speaks.as_mut().reset(next);
                }
                _ = total.changed() => {}
                () = &mut given_up => return Ok(()),
            }
        }
    }

    async fn hear(&mut self, frame: Option<Result<Message, Error>>) -> Result<(), Error> {
        match frame.transpose()? {
            Some(Message::Text(line)) => {
                let own = self.ear.hear(&line, &self.talk);
                let Some(voice) = &mut self.voice else { return Ok(()) };
                if own == Some(voice.nth) || line.starts_with("{\"type\":\"error\"") {
                    self.talk.n_refused.fetch_add(u64::from(own.is_none()), Ordering::Relaxed);
                    voice.n_on_the_way -= 1;
                    if voice.every.is_none() && voice.n_on_the_way <= voice.window / 2 {
                        self.speak().await?;
                    }
                }
                Ok(())
            }
            Some(Message::Close(frame)) => {
                self.ear.ended = Some(frame.map_or_else(String::new, |frame| frame.code.to_string()));
                Err(Error::ConnectionClosed)
            }
            Some(_) => Ok(()),
            None => Err(Error::ConnectionClosed),
        }
    }

    /// Sends all that is due; says when to look again.
    async fn speak(&mut self) -> Result<Instant, Error> {
        let now = Instant::now();
        let Some(voice) = &mut self.voice else { return Ok(now) };
        let mut n_due = 0;
        while now < self.talk.ends && voice.is_due(now, &self.talk) {
            self.socket.feed(Message::text(voice.next_text(&self.talk))).await?;
            n_due += 1;
        }
        self.talk.n_sent.fetch_add(n_due, Ordering::Relaxed);
        let next = if voice.every.is_some() { voice.next } else { self.talk.ends };
        let is_over = now >= self.talk.ends && voice.n_on_the_way == 0;
        if n_due > 0 {
            self.socket.flush().await?;
        }
        if is_over {
            self.fall_silent();
        }
        // The clock also finds out when it is over.
        Ok(if now < self.talk.ends { next.min(self.talk.ends) } else { now + Duration::from_millis(20) })
    }

    /// Whoever is the last to, knows how many messages there are.
    fn fall_silent(&mut self) {
        let Some(voice) = self.voice.as_mut().filter(|voice| !voice.is_done) else { return };
        voice.is_done = true;
        if self.talk.n_speaking.fetch_sub(1, Ordering::AcqRel) == 1 {
            let sent = self.talk.n_sent.load(Ordering::Acquire);
            self.talk.total.send_replace(Some(sent - self.talk.n_refused.load(Ordering::Acquire)));
        }
    }
}

/// What a member sends.
pub struct Voice {
    nth: usize,
    /// The time between two messages, if they are sent by the clock.
    every: Option<Duration>,
    next: Instant,
    window: u64,
    n_on_the_way: u64,
    n_sent: u64,
    size: usize,
    is_done: bool,
}

impl Voice {
    pub fn of(nth: usize, n_senders: usize, arguments: &Arguments, talk: &Talk) -> Self {
        let every = arguments.rate.map(|rate| Duration::from_secs_f64(n_senders as f64 / f64::from(rate)));
        // They do not all speak at once.
        let next = talk.began + every.unwrap_or_default().mul_f64(nth as f64 / n_senders as f64);
        let (window, size) = (arguments.window, arguments.size);
        Self { nth, every, next, window, n_on_the_way: 0, n_sent: 0, size, is_done: false }
    }

    fn is_due(&mut self, now: Instant, talk: &Talk) -> bool {
        let Some(every) = self.every else { return self.n_on_the_way < self.window };
        let is_due = now >= self.next;
        if is_due {
            talk.latest_us.fetch_max(micros(now - self.next), Ordering::Relaxed);
            self.next += every;
        }
        is_due
    }

    fn next_text(&mut self, talk: &Talk) -> String {
        self.n_sent += 1;
        self.n_on_the_way += 1;
        let head = format!("{} {} {} ", self.nth, self.n_sent, micros(talk.began.elapsed()));
        format!("{{\"message\":\"{head:x<width$}\"}}", width = self.size)
    }
}

/// What a member hears.
#[derive(Default)]
pub struct Ear {
    pub first_id: u64,
    pub last_id: u64,
    /// Of each sender, the last message.
    pub seen: Vec<u64>,
    pub n_heard: u64,
    pub n_missing: u64,
    pub n_doubled: u64,
    pub n_misordered: u64,
    pub last_at: Option<Instant>,
    pub times: Times,
    pub ended: Option<String>,
}

impl Ear {
    /// Takes a message; whose it is. Fields are found where both servers write them.
    fn hear(&mut self, line: &str, talk: &Talk) -> Option<usize> {
        let (id, rest) = line.strip_prefix("{\"type\":\"chat_message\",\"id\":")?.split_once(",\"message\":\"")?;
        let mut words = rest.split(' ');
        let mut number = || words.next()?.parse::<u64>().ok();
        let (id, whose, nth, sent) = (id.parse().ok()?, number()? as usize, number()?, number()?);
        let now = Instant::now();
        self.times.add(micros(now.duration_since(talk.began)).saturating_sub(sent));
        self.last_at = Some(now);
        if self.first_id == 0 {
            (self.first_id, self.last_id) = (id, id - 1);
        }
        match id {
            id if id <= self.last_id => self.n_doubled += 1,
            id => {
                self.n_heard += 1;
                self.n_missing += id - self.last_id - 1;
                self.last_id = id;
            }
        }
        let seen = self.seen.get_mut(whose)?;
        self.n_misordered += u64::from(nth <= *seen);
        *seen = nth;
        Some(whose)
    }
}
