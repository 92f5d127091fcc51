//! `[live]`: course chat and presence.

use std::path::Path;
use std::time::Duration;

use super::layer::{address, at_least_one, password, set};
use crate::fields::Fields;
use crate::server::{LiveConfig, RedisConfig};

/// The variable of the password, as programs of Redis have it. It is no setting of a layer.
const PASSWORD: &str = "REDISCLI_AUTH";

/// The longest name of a channel.
const MAX_CHANNEL: usize = 128;

/// What a layer says of it: a number from 1 up for each of [`KEYS`], and a Redis.
#[derive(Debug, Default)]
pub struct LiveTable {
    numbers: [Option<u32>; KEYS.len()],
    redis: RedisKeys,
}

#[derive(Debug, Default)]
struct RedisKeys {
    url: Option<RedisConfig>,
    password_file: Option<String>,
    ca_file: Option<String>,
    channel: Option<String>,
}

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
        Self { numbers: KEYS.map(|key| at_least_one(fields, key)), redis: RedisKeys::read(fields) }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        let mut numbers = below.numbers;
        for (number, own) in numbers.iter_mut().zip(self.numbers) {
            *number = own.or(*number);
        }
        Self { numbers, redis: self.redis.over(below.redis) }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, root: &Path, live: &mut LiveConfig) {
        let [sockets, of_account, of_address, rooms, burst, per_minute, frame, ping, silence, slow] = self.numbers;
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
        live.redis = self.redis.into_config(root);
    }
}

impl RedisKeys {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            url: address(fields, "redis", "`redis` under [live] is not the address of a Redis"),
            password_file: fields.text("redis_password_file"),
            ca_file: fields.text("redis_ca_file"),
            channel: channel(fields),
        }
    }

    fn over(self, below: Self) -> Self {
        Self {
            url: self.url.or(below.url),
            password_file: self.password_file.or(below.password_file),
            ca_file: self.ca_file.or(below.ca_file),
            channel: self.channel.or(below.channel),
        }
    }

    fn into_config(self, root: &Path) -> Option<RedisConfig> {
        let mut config = self.url?;
        if let Some(file) = self.password_file {
            config = config.or_password_file(root.join(file));
        } else if let Some(password) = password(PASSWORD) {
            config = config.or_password(&password);
        }
        if let Some(file) = self.ca_file {
            config = config.known_by(root.join(file));
        }
        if let Some(channel) = self.channel {
            config = config.on_channel(channel);
        }
        Some(config)
    }
}

fn channel(fields: &mut Fields<'_>) -> Option<String> {
    let (channel, span) = fields.spanned_text("redis_channel")?;
    if channel.is_empty() || channel.len() > MAX_CHANNEL || channel.contains(char::is_control) {
        let help = "name it after the school, such as redis_channel = \"north\"";
        fields.wrong(span, format!("`redis_channel` under [live] has 1 to {MAX_CHANNEL} bytes, all to be seen"), help);
        return None;
    }
    Some(channel)
}
