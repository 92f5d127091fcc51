//! Whether requests should be sent here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::school::{School, Token};

/// What keeps a server from being ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unready {
    /// It was told to stop.
    Stopping,
    /// Nothing was built, or what was built cannot be read.
    NoPublication,
    /// The store does not write.
    Store,
}

/// The state that probes ask about.
#[derive(Debug, Default)]
pub struct Readiness {
    stopping: AtomicBool,
    store: Mutex<Option<(Instant, bool)>>,
}

/// How long an answer of the store counts: anybody may ask, and each question is a write.
const COUNTS: Duration = Duration::from_secs(1);

/// How long the store may take for one; longer than any disk that is well.
const PATIENCE: Duration = Duration::from_secs(5);

impl Readiness {
    /// From now on the server is not ready, though it still answers.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// What is in the way, if anything.
    pub async fn unready(&self, school: &School, has_publication: bool) -> Option<Unready> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some(Unready::Stopping);
        }
        if !has_publication {
            return Some(Unready::NoPublication);
        }
        (!self.store_writes(school).await).then_some(Unready::Store)
    }

    /// Whether the store takes writes: it is asked to end a session that nobody has, which changes nothing. Those who
    /// ask meanwhile wait for the same answer.
    async fn store_writes(&self, school: &School) -> bool {
        let mut last = self.store.lock().await;
        if let Some((at, writes)) = *last
            && at.elapsed() < COUNTS
        {
            return writes;
        }
        let nobody = Token::parse(&"0".repeat(64)).expect("64 digits are a token");
        let writes = matches!(timeout(PATIENCE, school.sign_out(&nobody, None)).await, Ok(Ok(_)));
        *last = Some((Instant::now(), writes));
        writes
    }
}
