//! What processes say to each other: a version, who speaks, and one thing, as JSON behind a seal.
//!
//! The seal is made with a key that lies in the school's store. Whoever else may publish in that Redis can say nothing that
//! is believed; what they recorded and say again is old news, of which rooms read the store and presence asks again.

use serde::{Deserialize, Serialize};

use crate::course::CourseId;
use crate::school::AccountId;
use crate::server::live::Hint;

/// How many people or rooms one message names at most.
pub const MANY: usize = 400;

/// The largest message, seal included; what is longer is never kept.
pub const MAX_BYTES: usize = 16 * 1024;

/// What the key is for.
pub const PURPOSE: &str = "educa 2026-11 messages between the processes of a school";

/// Processes of other versions are not understood, and say nothing that could be misunderstood.
const VERSION: u8 = 1;

/// Bytes of a seal, which stands before what it is for.
const SEAL: usize = blake3::OUT_LEN;

/// A process, from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProcessId(pub u64);

/// What a process says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// Rooms have these entries.
    Hints(Vec<(u32, u64)>),
    /// Who came to its sockets and who went; the number of this change of its.
    Moved { nth: u64, came: Vec<u64>, went: Vec<u64> },
    /// Who is there, in some parts, as of this change.
    State { nth: u64, part: usize, parts: usize, here: Vec<u64> },
    /// It is alive, and this was its last change.
    Alive { nth: u64 },
    /// One process, or all, should say who is there.
    Ask { whom: Option<ProcessId> },
    /// It ends.
    Gone,
}

impl Said {
    /// A few hints.
    pub fn hints(hints: &[Hint]) -> Self {
        Self::Hints(hints.iter().map(|hint| (hint.room.get(), hint.entry)).collect())
    }

    fn is_bounded(&self) -> bool {
        match self {
            Self::Hints(hints) => hints.len() <= MANY,
            Self::Moved { came, went, .. } => came.len() + went.len() <= MANY,
            Self::State { here, .. } => here.len() <= MANY,
            Self::Alive { .. } | Self::Ask { .. } | Self::Gone => true,
        }
    }
}

/// The hints of a message; what is no room is skipped.
pub fn rooms(hints: &[(u32, u64)]) -> impl Iterator<Item = Hint> {
    hints.iter().filter_map(|(room, entry)| Some(Hint { room: CourseId::new(*room).ok()?, entry: *entry }))
}

/// The accounts of a message.
pub fn accounts(ids: Vec<u64>) -> impl Iterator<Item = AccountId> {
    ids.into_iter().map(AccountId)
}

/// Writes and reads messages.
#[derive(Clone)]
pub struct Seal([u8; 32]);

impl Seal {
    /// With the key of a school.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A message of a process.
    pub fn write(&self, from: ProcessId, said: &Said) -> Vec<u8> {
        let json = serde_json::to_vec(&(VERSION, from, said)).expect("numbers and lists are JSON");
        [self.mark(&json).as_slice(), &json].concat()
    }

    /// Who says what; nothing if it is no message of this school, or one that is not understood.
    pub fn read(&self, message: &[u8]) -> Option<(ProcessId, Said)> {
        let (mark, json) = message.split_at_checked(SEAL).filter(|_| message.len() <= MAX_BYTES)?;
        // Hashes are compared in a time that says nothing of where they differ.
        if self.mark(json) != *mark {
            return None;
        }
        let (version, from, said): (u8, ProcessId, Said) = serde_json::from_slice(json).ok()?;
        (version == VERSION && said.is_bounded()).then_some((from, said))
    }

    fn mark(&self, json: &[u8]) -> blake3::Hash {
        blake3::keyed_hash(&self.0, json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_and_nothing_else() {
        let (ours, others) = (Seal::new([1; 32]), Seal::new([2; 32]));
        for said in [
            Said::Hints(vec![(7, u64::MAX)]),
            Said::Moved { nth: 3, came: vec![1], went: vec![u64::MAX] },
            Said::State { nth: 3, part: 0, parts: 2, here: (0..MANY as u64).map(|n| u64::MAX - n).collect() },
            Said::Alive { nth: 0 },
            Said::Ask { whom: Some(ProcessId(u64::MAX)) },
            Said::Gone,
        ] {
            let message = ours.write(ProcessId(9), &said);
            assert!(message.len() <= MAX_BYTES, "{}", message.len());
            assert_eq!(ours.read(&message), Some((ProcessId(9), said)));
            assert_eq!(others.read(&message), None, "of another school");
            let mut changed = message.clone();
            *changed.last_mut().expect("a byte") ^= 1;
            assert_eq!(ours.read(&changed), None);
            assert_eq!(ours.read(&message[..message.len() - 1]), None);
        }
        let most = Said::Moved { nth: u64::MAX, came: vec![u64::MAX; 200], went: vec![u64::MAX; 200] };
        assert!(ours.write(ProcessId(u64::MAX), &most).len() <= MAX_BYTES);
        let most = Said::Hints(vec![(u32::MAX, u64::MAX); MANY]);
        assert!(ours.write(ProcessId(u64::MAX), &most).len() <= MAX_BYTES);
        for empty in [&b""[..], b"0123456789abcdef0123456789abcdef", &[0; 36]] {
            assert_eq!(ours.read(empty), None);
        }
    }

    #[test]
    fn sealed_but_not_understood_is_nothing() {
        let seal = Seal::new([1; 32]);
        for json in ["[2,9,\"gone\"]", "[1,9,\"dance\"]", "[1,9]", "{}", "[1,-9,\"gone\"]", "[1,9,{\"alive\":{}}]"] {
            let message = [seal.mark(json.as_bytes()).as_slice(), json.as_bytes()].concat();
            assert_eq!(seal.read(&message), None, "{json}");
        }
        let many = Said::State { nth: 1, part: 0, parts: 1, here: vec![1; MANY + 1] };
        assert_eq!(seal.read(&seal.write(ProcessId(1), &many)), None);
    }
}
