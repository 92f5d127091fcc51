//! The port between the processes of one school: hints that wake, and carry nothing else.
//!
//! The store is the truth. A hint that is lost, comes twice or late breaks nothing: a room reads on from the last entry it
//! has, in order, up to the highest number it heard of.

use std::time::Duration;

use crate::course::CourseId;

/// A room has an entry that is durable, and with it all before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// Which room.
    pub room: CourseId,
    /// The entry's number.
    pub entry: u64,
}

/// Tells other processes of the school what this one did; what they tell is brought to `Live::hear`.
pub trait Broadcast: Send + Sync {
    /// Tells them. Never waits: what cannot be told now is lost, and found in the store.
    fn tell(&self, hint: Hint);
    /// How often rooms look for what no hint told them of; nothing if none can be lost.
    fn look_every(&self) -> Option<Duration>;
}

/// There is no other process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Broadcast for Alone {
    fn tell(&self, _: Hint) {}

    fn look_every(&self) -> Option<Duration> {
        None
    }
}
