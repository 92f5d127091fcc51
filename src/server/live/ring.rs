//! The last entries of a room, as its members hear them: encoded once, shared by all. Bounded by number and by bytes.

use std::collections::VecDeque;
use std::time::Instant;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::wire;

/// How many entries are kept.
pub const KEPT: usize = 1_024;

/// How many bytes of them. A history of all must fit into what clients take as one message, usually a megabyte.
const KEPT_BYTES: usize = 768 * 1024;

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something was said, or had been.
    Message,
    /// The message of that number was taken away.
    Removal(u64),
}

/// An entry of a room.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number.
    pub id: u64,
    /// What it does.
    pub kind: Kind,
    /// What members hear.
    pub line: Utf8Bytes,
    /// Since when this process has known of it.
    pub since: Instant,
}

/// The ring.
#[derive(Debug, Default)]
pub struct Ring {
    entries: VecDeque<Entry>,
    n_bytes: usize,
    /// The number of the last entry, which may be in no ring any more.
    last: u64,
}

/// The entry after the last one that a member has is not kept any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOld;

impl Ring {
    /// Begins after an entry.
    pub fn after(last: u64) -> Self {
        Self { last, ..Self::default() }
    }

    /// The number of the last entry.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Adds the next entry.
    pub fn push(&mut self, entry: Entry) {
        self.last = entry.id;
        self.n_bytes += entry.line.len();
        self.entries.push_back(entry);
        while self.entries.len() > KEPT || self.n_bytes > KEPT_BYTES {
            let Some(old) = self.entries.pop_front() else { break };
            self.n_bytes -= old.line.len();
        }
    }

    /// Has a message read otherwise, if it is still here: its text was taken away.
    pub fn replace(&mut self, id: u64, line: Utf8Bytes) {
        if let Some(entry) = self.place(id).and_then(|at| self.entries.get_mut(at)) {
            self.n_bytes = self.n_bytes - entry.line.len() + line.len();
            entry.line = line;
        }
    }

    /// Whether a message is still here.
    pub fn holds(&self, id: u64) -> bool {
        self.place(id).is_some()
    }

    /// The entries after one, in order, at most `limit` of them.
    pub fn read(&self, after: u64, limit: usize) -> Result<Vec<Entry>, TooOld> {
        if after >= self.last {
            return Ok(Vec::new());
        }
        let at = self.place(after + 1).ok_or(TooOld)?;
        Ok(self.entries.range(at..).take(limit).cloned().collect())
    }

    /// The last messages as a history; removals have done their work there.
    pub fn history(&self, limit: usize, truncated: bool) -> Utf8Bytes {
        let messages = self.entries.iter().rev().filter(|entry| entry.kind == Kind::Message);
        let mut lines: Vec<_> = messages.take(limit).map(|entry| &entry.line).collect();
        lines.reverse();
        wire::history(lines.into_iter(), truncated)
    }

    /// Where an entry is: numbers have no gaps.
    fn place(&self, id: u64) -> Option<usize> {
        let first = self.entries.front()?.id;
        let at = usize::try_from(id.checked_sub(first)?).ok()?;
        (at < self.entries.len()).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u64, line: &str) -> Entry {
        Entry { id, kind: Kind::Message, line: line.into(), since: Instant::now() }
    }

    fn ids(entries: Vec<Entry>) -> Vec<u64> {
        entries.into_iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn members_read_on_from_what_they_have_or_hear_that_it_is_gone() {
        let mut ring = Ring::after(10);
        assert_eq!((ring.last(), ids(ring.read(10, 9).expect("nothing is new"))), (10, vec![]));
        assert_eq!(ring.read(9, 9).err(), Some(TooOld));
        for id in 11..=13 {
            ring.push(entry(id, "x"));
        }
        assert_eq!(ids(ring.read(10, 2).expect("it is here")), [11, 12]);
        assert_eq!(ids(ring.read(12, 9).expect("it is here")), [13]);
        assert!(ring.read(99, 9).expect("it is to come").is_empty());
        ring.replace(12, "removed".into());
        ring.replace(7, "nothing".into());
        assert_eq!(ring.history(2, false), "{\"type\":\"chat_history\",\"messages\":[removed,x]}");
    }

    #[test]
    fn memory_is_bounded_by_number_and_by_bytes() {
        let mut ring = Ring::after(0);
        for id in 1..=5_000 {
            ring.push(entry(id, "{}"));
        }
        assert_eq!((ring.entries.len(), ring.read(5_000 - 1_024, 1).map(ids)), (KEPT, Ok(vec![3_977])));
        assert!(ring.read(3_975, 1).is_err());
        let large = "x".repeat(100_000);
        for id in 5_001..=5_100 {
            ring.push(entry(id, &large));
        }
        assert_eq!((ring.entries.len(), ring.n_bytes), (7, 700_000));
        ring.replace(5_100, "".into());
        assert_eq!(ring.n_bytes, 600_000);
    }
}
