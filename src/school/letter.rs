//! Letters: mail that waits in the store until a [`Mailer`](super::Mailer) took it, so that no restart loses one.

use jiff::{SignedDuration, Timestamp};

use super::Email;

/// A letter, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whom it is for.
    pub to: Email,
    /// One line.
    pub subject: String,
    /// The text, which every reader can show.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
}

/// Identifies a letter in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetterId(pub u64);

/// A letter in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedLetter {
    /// Its key; letters are queued in this order.
    pub id: LetterId,
    /// What is to be sent.
    pub letter: Letter,
    /// When it was queued.
    pub queued: Timestamp,
    /// When to try (again).
    pub due: Timestamp,
    /// How often it was tried in vain.
    pub n_tries: u32,
}

/// A letter that nobody took for so long says nothing true any more.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(3 * 24);

impl QueuedLetter {
    /// When to try again after a try in vain: after one minute, two, four … an hour; never, once it is three days old.
    pub fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        let minutes = 2_i64.saturating_pow(self.n_tries.min(10)).min(60);
        (now < self.queued + GIVE_UP).then(|| now + SignedDuration::from_mins(minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_it_fails_the_longer_it_waits() {
        let letter = Letter {
            to: "ada@example.org".parse().expect("an address"),
            subject: String::new(),
            text: String::new(),
            html: None,
        };
        let queued = Timestamp::UNIX_EPOCH;
        let after = |n_tries, now| {
            let letter = QueuedLetter { id: LetterId(1), letter: letter.clone(), queued, due: queued, n_tries };
            letter.next_try(now).map(|next| (next - now).get_seconds())
        };
        assert_eq!([0, 1, 5, 6, 99].map(|n| after(n, queued)), [60, 120, 1920, 3600, 3600].map(Some));
        assert_eq!(after(3, queued + SignedDuration::from_hours(72)), None);
    }
}
