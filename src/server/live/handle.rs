//! A handle: by which others reach an open socket. What they leave there, its task takes when it is woken.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::close::Close;
use crate::school::{AccountId, TokenKey};

/// What others have for a socket.
#[derive(Debug, Default)]
pub struct Signals {
    /// Lines for its client. As many as answers to what it said, of which only so many are under way.
    pub lines: Vec<Utf8Bytes>,
    /// Its session, or what its account may, could be another now.
    pub look_again: bool,
    /// Somebody came or went whom it may see.
    pub presence: bool,
    /// It must end.
    pub close: Option<Close>,
}

/// The way to one socket.
#[derive(Debug)]
pub struct Handle {
    /// Whose it is.
    pub account: AccountId,
    /// By which session.
    pub session: TokenKey,
    signals: Mutex<Signals>,
    woken: Notify,
}

impl Handle {
    /// Of a socket that is about to be opened.
    pub fn new(account: AccountId, session: TokenKey) -> Self {
        Self { account, session, signals: Mutex::default(), woken: Notify::new() }
    }

    /// Leaves something for the socket.
    pub fn signal(&self, leave: impl FnOnce(&mut Signals)) {
        leave(&mut self.signals());
        self.woken.notify_one();
    }

    /// Leaves a line for its client.
    pub fn say(&self, line: Utf8Bytes) {
        self.signal(|signals| signals.lines.push(line));
    }

    /// Takes what was left.
    pub fn take(&self) -> Signals {
        std::mem::take(&mut *self.signals())
    }

    /// Ready when something was left.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    fn signals(&self) -> MutexGuard<'_, Signals> {
        // Each change is whole, so poison says nothing.
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
