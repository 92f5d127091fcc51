//! `[live]`: course chat and presence.

use std::time::Duration;

use super::layer::{at_least_one, set};
use crate::fields::Fields;
use crate::server::LiveConfig;

/// What a layer says of it: a number from 1 up for each of [`KEYS`].
#[derive(Debug, Default)]
pub struct LiveTable([Option<u32>; KEYS.len()]);

const KEYS: [&str; 10] = [
    "max_sockets",
    "sockets_per_account",
    "sockets_per_address",
    "max_rooms",
    "message_burst",
    "messages_per_minute",
    "max_frame_kb",
    "ping_seconds",
    "silence_seconds",
    "slow_seconds",
];

impl LiveTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self(KEYS.map(|key| at_least_one(fields, key)))
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        let mut numbers = below.0;
        for (number, own) in numbers.iter_mut().zip(self.0) {
            *number = own.or(*number);
        }
        Self(numbers)
    }

    /// Puts it into the configuration.
    pub fn into_config(self, live: &mut LiveConfig) {
        let [sockets, of_account, of_address, rooms, burst, per_minute, frame, ping, silence, slow] = self.0;
        let count = |number: Option<u32>| number.map(|number| number as usize);
        let seconds = |number: Option<u32>| number.map(|number| Duration::from_secs(number.into()));
        set(&mut live.max_sockets, count(sockets));
        set(&mut live.sockets_per_account, count(of_account));
        set(&mut live.sockets_per_address, count(of_address));
        set(&mut live.max_rooms, count(rooms));
        set(&mut live.message_burst, burst);
        set(&mut live.messages_per_minute, per_minute);
        set(&mut live.max_frame, count(frame).map(|kilobytes| kilobytes.saturating_mul(1024)));
        set(&mut live.ping, seconds(ping));
        set(&mut live.silence, seconds(silence));
        set(&mut live.slow, seconds(slow));
    }
}
