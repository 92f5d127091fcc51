//! The address of a Redis: `redis://user:password@host:port`, with what makes it ours: a channel, a password, certificates.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use ::redis::{ConnectionAddr, IntoConnectionInfo as _, ProtocolVersion, RedisConnectionInfo};

/// Which Redis the processes of a school speak through, and how it is reached. It shows its password to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisConfig {
    pub(super) place: Place,
    user: Option<String>,
    password: Option<String>,
    database: i64,
    /// The file whose first line is the password; read for each connection.
    pub(super) password_file: Option<PathBuf>,
    /// Certificates to know an encrypted one by, instead of those that this machine trusts.
    pub(super) roots: Option<PathBuf>,
    /// What the processes of this school listen to; several schools may share a Redis.
    pub channel: String,
}

/// Where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Over a network; encrypted or not.
    Host { name: String, port: u16, encrypted: bool },
    /// On this machine.
    Socket(PathBuf),
}

/// What is wrong with the address of a Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write it as redis://HOST:PORT, rediss://USER:PASSWORD@HOST:PORT (encrypted) or redis+unix:///run/redis/redis.sock, \
     and other characters than letters and digits as %XX"
)]
pub struct NotARedis;

impl FromStr for RedisConfig {
    type Err = NotARedis;

    fn from_str(text: &str) -> Result<Self, NotARedis> {
        // The client would take more: other names for the same, and encryption for whoever answers.
        let (plain, encrypted) = match text.strip_prefix("rediss://") {
            Some(rest) => (format!("redis://{rest}"), true),
            None => (text.to_owned(), false),
        };
        if !(plain.starts_with("redis://") || plain.starts_with("redis+unix://")) || plain.contains('#') {
            return Err(NotARedis);
        }
        let parsed = plain.into_connection_info().map_err(|_| NotARedis)?;
        let place = match parsed.addr() {
            ConnectionAddr::Tcp(name, port) => Place::Host { name: name.clone(), port: *port, encrypted },
            ConnectionAddr::Unix(path) => Place::Socket(path.clone()),
            _ => return Err(NotARedis),
        };
        let settings = parsed.redis_settings();
        Ok(Self {
            place,
            user: settings.username().map(str::to_owned),
            password: settings.password().filter(|password| !password.is_empty()).map(str::to_owned),
            database: settings.db(),
            password_file: None,
            roots: None,
            channel: "educa".to_owned(),
        })
    }
}

impl RedisConfig {
    /// With this password, unless the address has one.
    #[must_use]
    pub fn or_password(mut self, password: &str) -> Self {
        self.password.get_or_insert_with(|| password.to_owned());
        self
    }

    /// With the password that is the first line of a file, unless the address has one.
    #[must_use]
    pub fn or_password_file(mut self, file: PathBuf) -> Self {
        self.password_file = Some(file).filter(|_| self.password.is_none());
        self
    }

    /// On another channel.
    #[must_use]
    pub fn on_channel(self, channel: String) -> Self {
        Self { channel, ..self }
    }

    /// Known by the certificates in a file.
    #[must_use]
    pub fn known_by(self, roots: PathBuf) -> Self {
        Self { roots: Some(roots), ..self }
    }

    /// Whether certificates are asked for.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.place, Place::Host { encrypted: true, .. })
    }

    /// How a connection introduces itself; with the password of the file, if it was read.
    pub(super) fn introduction(&self, from_file: Option<&str>) -> RedisConnectionInfo {
        // Only in its third version the protocol lets one connection ask and listen.
        let mut settings = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3).set_db(self.database);
        if let Some(user) = &self.user {
            settings = settings.set_username(user);
        }
        match from_file.or(self.password.as_deref()) {
            Some(password) => settings.set_password(password),
            None => settings,
        }
    }
}

/// The address without its password.
impl fmt::Display for RedisConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        match &self.place {
            Place::Host { name, port, encrypted } => {
                let (s, is_six) = (if *encrypted { "s" } else { "" }, name.contains(':'));
                let (open, close) = if is_six { ("[", "]") } else { ("", "") };
                write!(f, "redis{s}://{user}{open}{name}{close}:{port}")
            }
            Place::Socket(path) => write!(f, "redis+unix://{}", path.display()),
        }
    }
}

impl fmt::Debug for RedisConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisConfig({self}, {})", self.channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RedisConfig, NotARedis> {
        text.parse()
    }

    #[test]
    fn addresses_are_shown_without_what_is_secret_in_them() {
        for (text, shown) in [
            ("redis://localhost", "redis://localhost:6379"),
            ("redis://:geheim@10.0.0.7:6380/0", "redis://10.0.0.7:6380"),
            ("rediss://educa:geheim@cache.example/2", "rediss://educa@cache.example:6379"),
            ("redis://[::1]:7000", "redis://[::1]:7000"),
            ("redis+unix:///run/redis/redis-server.sock?pass=geheim", "redis+unix:///run/redis/redis-server.sock"),
        ] {
            let config = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(config.to_string(), shown);
            assert!(!format!("{config:?}").contains("geheim"), "{text}");
            assert_eq!(config.is_encrypted(), text.starts_with("rediss"));
        }
    }

    #[test]
    fn the_password_of_the_address_counts_before_others() {
        let said = parse("redis://:geheim@localhost").expect("an address").or_password("other");
        assert_eq!(said.clone().or_password_file("file".into()).password_file, None);
        assert_eq!(said.introduction(None).password(), Some("geheim"));
        let unsaid = parse("redis://ada@localhost/3").expect("an address");
        let settings = unsaid.clone().or_password("other").introduction(None);
        assert_eq!((settings.username(), settings.password(), settings.db()), (Some("ada"), Some("other"), 3));
        assert_eq!(unsaid.or_password_file("file".into()).introduction(Some("read")).password(), Some("read"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "localhost:6379", "http://localhost", "redis://", "rediss://host#insecure", "redis://h/x"] {
            assert_eq!(parse(text), Err(NotARedis), "{text}");
        }
    }
}
