//! What an operator decides about sockets: `[live]` of educa.toml.

use std::time::Duration;

use jiff::SignedDuration;

use super::redis::RedisConfig;
use crate::school::Budget;

/// Settings of course chat and presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveConfig {
    /// Sockets that are open at one time, of everybody.
    pub max_sockets: usize,
    /// Those of one account.
    pub sockets_per_account: usize,
    /// Those of one network address.
    pub sockets_per_address: usize,
    /// Rooms that somebody is in, at one time.
    pub max_rooms: usize,
    /// How many messages somebody says at once, in rooms and by forms.
    pub message_burst: u32,
    /// How many a minute in the long run.
    pub messages_per_minute: u32,
    /// The largest frame or message of a client, in bytes.
    pub max_frame: usize,
    /// After so long a silence a client is asked whether it is still there.
    pub ping: Duration,
    /// After so long a silence it is not.
    pub silence: Duration,
    /// A client that takes nothing of what is sent for so long is let go.
    pub slow: Duration,
    /// How the school's processes hear each other, if there are several.
    pub redis: Option<RedisConfig>,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            max_sockets: 6_000,
            sockets_per_account: 20,
            sockets_per_address: 1_000,
            max_rooms: 1_000,
            message_burst: 20,
            messages_per_minute: 30,
            max_frame: 64 * 1024,
            ping: Duration::from_secs(20),
            silence: Duration::from_secs(28),
            slow: Duration::from_secs(10),
            redis: None,
        }
    }
}

impl LiveConfig {
    /// How much somebody says.
    pub fn messages(&self) -> Budget {
        let minutes = f64::from(self.message_burst) / f64::from(self.messages_per_minute.max(1));
        let window = SignedDuration::try_from_secs_f64(minutes * 60.0).unwrap_or(SignedDuration::MAX);
        Budget::new("messages", self.message_burst, window)
    }
}
