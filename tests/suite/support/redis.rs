//! The Redis that `scripts/with_redis` starts, a channel of it for each test, and one of a test alone.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use educa::server::RedisConfig;

use super::Database;

/// Where it is.
const SERVER: &str = "EDUCA_TEST_REDIS";

/// If it is set, nothing may be left out.
const EVERYTHING: &str = "EDUCA_TEST_EVERYTHING";

/// What a school of two processes shares: a database, and a channel of a Redis.
pub struct Shared {
    /// The database, gone when this is dropped.
    pub database: Database,
    /// The Redis.
    pub redis: RedisConfig,
}

impl Shared {
    /// In the servers of all tests; nothing, said aloud, if there are none.
    pub async fn make() -> Option<Self> {
        let Ok(url) = std::env::var(SERVER) else {
            assert!(std::env::var_os(EVERYTHING).is_none(), "{SERVER} is not set: nothing was tested on Redis");
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            // Not by a macro: what those print is kept from who looks.
            let _ = writeln!(
                std::io::stderr(),
                "NOT TESTED: {test} needs Redis: scripts/with_postgres scripts/with_redis cargo test --test suite"
            );
            return None;
        };
        let database = Database::make().await?;
        Some(Self { database, redis: on_a_channel(&url) })
    }
}

/// On a channel of its own.
pub fn on_a_channel(url: &str) -> RedisConfig {
    url.parse::<RedisConfig>().expect("an address").on_channel(format!("test {:x}", fastrand::u64(..)))
}

/// A Redis of one test alone, which may stop it.
pub struct Redis {
    child: Child,
    ctl: String,
    /// Its address.
    pub url: String,
    /// That of its encrypted port, and the certificate to know it by.
    pub encrypted: (String, String),
}

impl Redis {
    /// Starts one; only where there is one for all tests.
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with_redis");
        // It goes on until it can read no more, so it ends with us, however we end.
        let names = ["", "_CTL", "_TLS", "_ROOT"].map(|ending| format!("\"$EDUCA_TEST_REDIS{ending}\""));
        let says = format!("printf '%s\\n' {}; cat", names.join(" "));
        let mut command = Command::new(script);
        let mut child =
            command.args(["sh", "-c", &says]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("run");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut line = || lines.next().expect("it says where it is").expect("read");
        let (url, ctl) = (line(), line());
        Self { child, ctl, url, encrypted: (line(), line()) }
    }

    /// `stop`, `kill` or `start`.
    pub async fn tell(&self, what: &'static str) {
        let mut command = Command::new(&self.ctl);
        command.arg(what);
        let status = tokio::task::spawn_blocking(move || command.status().expect("run")).await.expect("told");
        assert!(status.success(), "{what}");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
