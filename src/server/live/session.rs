//! The one loop of an open socket: what is new goes out, what comes is heard, and silence is asked about.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::close::Close;
use super::handle::{Handle, Signals};
use super::live::Live;
use super::member::{Member, failed};
use super::presence::Reader;
use super::socket::{Connection, Heard, Socket};
use super::sockets::Place;
use super::wire;
use crate::school::Account;

/// How many frames a client may send in a second; then it is not listened to until the next.
const MAX_FRAMES: u32 = 2_000;

/// What a socket is for.
pub enum Part {
    /// A room; the number is the last entry that the client has.
    Chat(Box<Member>, Option<u64>),
    /// Who is here.
    Presence(Box<Reader>),
}

impl Part {
    /// What figures call it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Chat(..) => "chat",
            Self::Presence(_) => "presence",
        }
    }

    /// Ready when there may be more to send; what comes by the handle apart.
    async fn changed(&mut self) {
        match self {
            Self::Chat(member, _) => member.changed().await,
            Self::Presence(_) => std::future::pending().await,
        }
    }
}

/// Serves a socket until it ends.
pub async fn serve<S: Connection>(live: Arc<Live>, place: Place, part: Part, connection: S) {
    let _counted = live.metrics.socket(part.label());
    let mut socket = Socket::new(connection, &live.config).await;
    let close = {
        let handle = place.handle.clone();
        let mut session = Session { live: &live, handle, part, pulse: Pulse::new(&live) };
        match session.run(&mut socket).await {
            Err(close) => close,
            Ok(never) => match never {},
        }
    };
    tracing::debug!(reason = close.label(), account = place.handle.account.0, "a socket ended");
    live.metrics.closed(close.label());
    // Who says farewell for long has no place any more.
    drop(place);
    socket.end(close).await;
}

struct Session<'a> {
    live: &'a Arc<Live>,
    handle: Arc<Handle>,
    part: Part,
    pulse: Pulse,
}

impl Session<'_> {
    async fn run(&mut self, socket: &mut Socket<impl Connection>) -> Result<std::convert::Infallible, Close> {
        // Between the handshake and the moment when others could reach this socket, anything may have happened.
        let account = self.identify().await?;
        let _here = self.live.presence.enter(self.live, &account).await.map_err(failed)?;
        self.begin(socket, &account).await?;
        let mut timer = Box::pin(sleep_until(self.pulse.next()));
        loop {
            self.send(socket).await?;
            let paused = self.pulse.is_paused();
            tokio::select! {
                heard = socket.hear(), if !paused => self.hear(heard)?,
                () = self.handle.woken() => {}
                () = self.part.changed() => {}
                () = &mut timer => {
                    if self.pulse.is_due()? {
                        socket.ping().await?;
                    }
                }
            }
            self.pulse.wind(timer.as_mut());
        }
    }

    async fn identify(&self) -> Result<Account, Close> {
        let session = self.live.school.session(self.handle.session).await.map_err(failed)?;
        session.map(|(account, _)| account).ok_or(Close::SignedOut)
    }

    async fn begin(&mut self, socket: &mut Socket<impl Connection>, account: &Account) -> Result<(), Close> {
        let told = self.look_again(account).await?;
        let first = match &mut self.part {
            Part::Chat(member, after) => member.begin(self.live, *after).await?,
            Part::Presence(reader) => Some(reader.state()),
        };
        for line in first.into_iter().chain(told) {
            socket.feed(line).await?;
        }
        socket.flush().await?;
        self.mark();
        Ok(())
    }

    /// What was sent was read.
    fn mark(&self) {
        if let Part::Chat(member, _) = &self.part {
            member.mark(self.live, self.handle.account);
        }
    }

    async fn look_again(
        &mut self,
        account: &Account,
    ) -> Result<Option<tokio_tungstenite::tungstenite::Utf8Bytes>, Close> {
        match &mut self.part {
            Part::Chat(member, _) => member.look_again(self.live, account).await,
            Part::Presence(reader) => reader.look_again(self.live, &self.handle, account).await.map(|()| None),
        }
    }

    /// Sends all that is new, and flushes once.
    async fn send(&mut self, socket: &mut Socket<impl Connection>) -> Result<(), Close> {
        let Signals { lines, look_again, presence, close } = self.handle.take();
        let mut told = !lines.is_empty();
        for line in lines {
            socket.feed(line).await?;
        }
        if let Some(close) = close {
            return Err(close);
        }
        if look_again {
            let account = self.identify().await?;
            let line = self.look_again(&account).await?;
            told |= line.is_some();
            if let Some(line) = line {
                socket.feed(line).await?;
            }
        }
        let mut since = None;
        match &mut self.part {
            Part::Chat(member, _) => since = member.send_news(self.live, socket).await?,
            Part::Presence(reader) if presence => {
                let line = reader.changes();
                told |= line.is_some();
                if let Some(line) = line {
                    socket.feed(line).await?;
                }
            }
            Part::Presence(_) => {}
        }
        if told || since.is_some() {
            socket.flush().await?;
        }
        if let Some(since) = since {
            self.mark();
            self.live.metrics.lag(since.elapsed());
        }
        Ok(())
    }

    fn hear(&mut self, heard: Heard) -> Result<(), Close> {
        self.pulse.beat();
        match (heard, &mut self.part) {
            (Heard::End(close), _) => Err(close),
            (Heard::Alive, _) => Ok(()),
            (Heard::Text(frame), Part::Chat(member, _)) => {
                member.hear(self.live, &self.handle, &frame);
                Ok(())
            }
            (Heard::Text(_), Part::Presence(_)) => {
                self.handle.say(wire::error("Nothing can be said here.", None, None));
                Ok(())
            }
        }
    }
}

/// Into how many moments the time between two questions is divided. Sockets are asked at such a moment, many of them at the
/// same: a thread that wakes for each of thousands does little else.
const MOMENTS: u32 = 80;

/// Signs of life, and how many there are.
struct Pulse {
    ping: Duration,
    silence: Duration,
    /// When moments are counted from, the same for all sockets.
    epoch: Instant,
    heard: Instant,
    asked: bool,
    /// Whether an answer came since the timer was set for the want of one.
    answered: bool,
    second: Instant,
    n_frames: u32,
}

impl Pulse {
    fn new(live: &Live) -> Self {
        let now = Instant::now();
        Self {
            ping: live.config.ping,
            silence: live.config.silence,
            epoch: live.begun,
            heard: now,
            asked: false,
            answered: false,
            second: now,
            n_frames: 0,
        }
    }

    fn beat(&mut self) {
        let now = Instant::now();
        self.answered |= self.asked;
        (self.heard, self.asked) = (now, false);
        if now.duration_since(self.second) >= Duration::from_secs(1) {
            (self.second, self.n_frames) = (now, 0);
        }
        self.n_frames += 1;
    }

    /// Whether the client has said enough for this second.
    fn is_paused(&self) -> bool {
        self.n_frames >= MAX_FRAMES && self.second.elapsed() < Duration::from_secs(1)
    }

    /// When to look again.
    fn next(&self) -> Instant {
        if self.is_paused() {
            return self.second + Duration::from_secs(1);
        }
        self.moment(self.heard + if self.asked { self.silence } else { self.ping })
    }

    /// The first moment from then on.
    fn moment(&self, then: Instant) -> Instant {
        let step = (self.ping / MOMENTS).as_micros().max(1);
        let over = then.duration_since(self.epoch).as_micros() % step;
        let rest = if over == 0 { 0 } else { step - over };
        then + Duration::from_micros(u64::try_from(rest).expect("less than a day"))
    }

    /// Whether the client is to be asked whether it is there; its end if it is not.
    fn is_due(&mut self) -> Result<bool, Close> {
        let silent = self.heard.elapsed();
        if silent >= self.silence {
            return Err(Close::Lost);
        }
        let due = !self.asked && silent >= self.ping;
        self.asked |= due;
        Ok(due)
    }

    /// Sets the timer anew if it has fired, is late for a pause, or was to say that nobody answered. Any other that is early
    /// is right: moving it for each message costs more than waking once too often.
    fn wind(&mut self, timer: std::pin::Pin<&mut Sleep>) {
        let next = self.next();
        if std::mem::take(&mut self.answered) || timer.is_elapsed() || next < timer.deadline() {
            timer.reset(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulse() -> Pulse {
        let (epoch, now) = (Instant::now(), Instant::now() + Duration::from_millis(1_003));
        let (ping, silence) = (Duration::from_secs(20), Duration::from_secs(28));
        Pulse { ping, silence, epoch, heard: now, asked: false, answered: false, second: now, n_frames: 0 }
    }

    #[test]
    fn many_sockets_are_asked_at_the_same_moment_a_little_later_and_never_sooner() {
        let pulse = pulse();
        let step = Duration::from_millis(250);
        for late in [0, 1, 249, 250, 251, 12_345] {
            let then = pulse.epoch + Duration::from_millis(late);
            let moment = pulse.moment(then);
            assert!(moment >= then && moment < then + step, "{late}");
            assert_eq!(moment.duration_since(pulse.epoch).as_micros() % step.as_micros(), 0, "{late}");
        }
        assert_eq!(pulse.moment(pulse.epoch), pulse.epoch);
    }

    #[tokio::test]
    async fn the_timer_waits_for_an_answer_and_then_as_long_as_before() {
        let now = Instant::now();
        let (ping, silence) = (Duration::from_millis(80), Duration::from_millis(112));
        let mut pulse = Pulse { ping, silence, epoch: now, heard: now, ..pulse() };
        let mut timer = Box::pin(sleep_until(pulse.next()));
        timer.as_mut().await;
        assert_eq!(pulse.is_due(), Ok(true));
        pulse.wind(timer.as_mut());
        assert_eq!(timer.deadline(), now + silence, "nobody answered yet");
        pulse.beat();
        pulse.wind(timer.as_mut());
        let answered = timer.deadline();
        assert!(answered >= now + ping * 2, "somebody did");
        tokio::time::sleep(Duration::from_millis(5)).await;
        pulse.beat();
        pulse.wind(timer.as_mut());
        assert_eq!((timer.deadline(), pulse.next() > answered), (answered, true), "not moved for each message");
    }
}
