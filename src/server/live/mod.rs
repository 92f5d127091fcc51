//! Live: course chat and presence over WebSockets. docs/live.md is what a client must know.
//!
//! A message walks: `session` (the one loop of a socket) → `saying`, which has it stored in order → the store → a hint →
//! `room`, whose pump reads the store up to what is durable → `ring` → each `member`. The store is the truth and hints only
//! wake, so a message that came by a form or through another process walks the second half of the way like any other.
//! `broadcast` is the port between processes, and `redis` the one that carries hints and presence between several.
//! `handshake` and `handlers` decide who gets a socket, `revocation` sees to it that this stays true.

mod config;
mod close;
mod wire;
mod broadcast;
mod handle;
mod sockets;
mod ring;
mod room;
mod rooms;
mod saying;
mod marks;
mod member;
mod presence;
mod elsewhere;
mod reader;
mod revocation;
#[expect(clippy::module_inception, reason = "the room is named for its main type")]
mod live;
mod socket;
mod session;
mod handshake;
mod handlers;
mod redis;
#[cfg(any(test, fuzzing))]
mod over_memory;

pub use broadcast::{Alone, Broadcast, Contact, Hint};
pub use config::LiveConfig;
pub use handlers::{chat, course_presence, nowhere, presence};
pub use handshake::Held;
pub use live::Live;
#[cfg(any(test, fuzzing))]
pub use over_memory::serve_member;
pub use redis::{NotARedis, RedisBroadcast, RedisConfig};
