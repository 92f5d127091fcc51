//! Refusals: a line of the log when somebody asked for what is not theirs, or another site sent a form.
//!
//! Strangers can be refused as often as they like, so what is written is bounded: the first of a minute for an account or a
//! network, with how many others there were since its last line, and no more lines a minute than [`MAX_LINES`].

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::response::Response;
use clru::CLruCache;
use http::StatusCode;

use crate::school::{AccountId, network_of};
use crate::server::forwarded::Way;
use crate::server::problem::{Wordless, wants_words};

const MINUTE: Duration = Duration::from_secs(60);

/// How many lines a minute there may be, whoever they are about.
const MAX_LINES: u32 = 60;

/// How many accounts and networks are remembered at one time.
const MAX_KNOWN: NonZeroUsize = NonZeroUsize::new(4_096).expect("it is not zero");

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Whoever is signed in may not.
    NoRight,
    /// A page of another site sent it.
    OtherSite,
}

impl Refusal {
    /// What an answer says of it, before it has its words.
    pub fn of(response: &Response) -> Option<Self> {
        if response.status() != StatusCode::FORBIDDEN {
            return None;
        }
        // What is not ours may be said with a page; the layer that looks at where a form is from knows no words.
        let wordless = response.extensions().get::<Wordless>().is_some();
        Some(if wants_words(response) && !wordless { Self::OtherSite } else { Self::NoRight })
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::NoRight => "no right",
            Self::OtherSite => "sent by another site",
        }
    }
}

/// Who was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Account(AccountId),
    Network(Vec<u8>),
}

/// What is known of somebody's refusals.
#[derive(Debug, Default)]
struct Known {
    said: Option<Instant>,
    /// How many there were since.
    others: u64,
}

/// What was written of late.
pub struct Refusals(Mutex<Written>);

struct Written {
    known: CLruCache<Whose, Known>,
    /// When the present minute began, and how many lines it has.
    minute: Option<Instant>,
    n_lines: u32,
}

/// What a line says of its request: no path, no query, nothing that a stranger chose.
#[derive(Debug, Clone)]
pub struct Refused<'a> {
    /// The request's id.
    pub id: &'a str,
    /// The route's pattern.
    pub route: Cow<'static, str>,
    /// Who asked, if they are signed in.
    pub account: Option<AccountId>,
    /// From where.
    pub way: Way,
    /// Why not.
    pub why: Refusal,
}

impl Default for Refusals {
    fn default() -> Self {
        Self(Mutex::new(Written { known: CLruCache::new(MAX_KNOWN), minute: None, n_lines: 0 }))
    }
}

impl Refusals {
    /// Writes a line, if one is due. Who is not signed in and asks for what needs it is no news.
    pub fn note(&self, refused: Refused<'_>, log_clients: bool) {
        let Refused { id, route, account, way, why } = refused;
        let whose = match (account, why) {
            (Some(account), _) => Whose::Account(account),
            (None, Refusal::OtherSite) => Whose::Network(network_of(way.client)),
            (None, Refusal::NoRight) => return,
        };
        if let Some(others) = self.due(whose, Instant::now()) {
            let client = log_clients.then(|| way.client.to_string());
            let (account, reason) = (account.map(|account| account.0), why.as_str());
            tracing::warn!(target: "educa::refusals", id, route = &*route, account, client, reason, others, "refused");
        }
    }

    /// Whether a line is due; then how many of the same there were since the last one.
    fn due(&self, whose: Whose, now: Instant) -> Option<u64> {
        // Held for moments; each change is whole, so poison says nothing.
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_past = |since: Option<Instant>| since.is_none_or(|since| now.duration_since(since) >= MINUTE);
        if is_past(written.minute) {
            (written.minute, written.n_lines) = (Some(now), 0);
        }
        let has_room = written.n_lines < MAX_LINES;
        let known = written.known.put_or_modify(whose, |_, ()| Known::default(), |_, _, ()| {}, ());
        if !has_room || !is_past(known.said) {
            known.others += 1;
            return None;
        }
        known.said = Some(now);
        let others = std::mem::take(&mut known.others);
        written.n_lines += 1;
        Some(others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: u64) -> Whose {
        Whose::Account(AccountId(id))
    }

    #[test]
    fn the_first_of_a_minute_is_said_and_the_others_are_counted() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        assert_eq!(refusals.due(account(1), now), Some(0));
        for second in 0..59 {
            assert_eq!(refusals.due(account(1), now + Duration::from_secs(second)), None);
        }
        assert_eq!(refusals.due(account(2), now), Some(0));
        assert_eq!(refusals.due(Whose::Network(vec![1]), now), Some(0));
        assert_eq!(refusals.due(account(1), now + MINUTE), Some(59));
        assert_eq!(refusals.due(account(1), now + MINUTE), None);
        assert_eq!(refusals.due(account(1), now + 2 * MINUTE), Some(1));
    }

    #[test]
    fn neither_the_log_nor_memory_grows_with_many() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        let said = (0..10_000).filter(|id| refusals.due(account(*id), now).is_some()).count();
        assert_eq!(said, MAX_LINES as usize);
        assert_eq!(refusals.0.lock().expect("not poisoned").known.len(), MAX_KNOWN.get());
        assert_eq!(refusals.due(account(9_999), now + MINUTE), Some(1), "who had no line has the next");
    }
}
