//! The port between the processes of one school: hints that wake, and who is here.
//!
//! The store is the truth. A hint that is lost, comes twice or late breaks nothing: a room reads on from the last entry it
//! has, in order, up to the highest number that the store has.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;

use super::live::Live;
use crate::course::CourseId;
use crate::school::AccountId;

/// A room has an entry that is durable, and with it all before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// Which room.
    pub room: CourseId,
    /// The entry's number.
    pub entry: u64,
}

/// How a process stands to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// There is no other, or none was heard for long.
    None,
    /// It hears them, and they hear it.
    Whole,
    /// It did a moment ago: what it knew of them still counts.
    Broken,
}

/// Tells other processes of the school what this one did. Nothing here waits: what cannot be told now is told later or found
/// in the store. What they tell is brought to `Live::hear` and to presence.
#[async_trait]
pub trait Broadcast: Send + Sync {
    /// A room has an entry.
    fn tell(&self, hint: Hint);
    /// Somebody has a first socket in this process, or none any more.
    fn moved(&self, account: AccountId);
    /// How often rooms look for what no hint told them of; nothing if none can be lost.
    fn look_every(&self) -> Option<Duration>;
    /// Whether others are heard.
    fn contact(&self) -> Contact;
    /// Begins to hear them, for as long as there is somebody to bring it to.
    fn begin(self: Arc<Self>, live: Weak<Live>);
    /// Says farewell to them.
    async fn end(&self);
}

/// There is no other process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

#[async_trait]
impl Broadcast for Alone {
    fn tell(&self, _: Hint) {}

    fn moved(&self, _: AccountId) {}

    fn look_every(&self) -> Option<Duration> {
        None
    }

    fn contact(&self) -> Contact {
        Contact::None
    }

    fn begin(self: Arc<Self>, _: Weak<Live>) {}

    async fn end(&self) {}
}
