//! The Redis that `scripts/with_redis` starts, a channel of it for each test, and one of a test alone.

use std::sync::Arc;

use educa::server::RedisConfig;

use super::Database;
use super::service::{Service, shared};

/// Where it is.
const SERVER: &str = "EDUCA_TEST_REDIS";

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
        let url = shared(SERVER, "Redis", "scripts/with_postgres scripts/with_redis")?;
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
    service: Arc<Service>,
    /// Its address.
    pub url: String,
    /// That of its encrypted port, and the certificate to know it by.
    pub encrypted: (String, String),
}

impl Redis {
    /// Starts one; only where there is one for all tests.
    pub fn start() -> Self {
        let says = [SERVER, "EDUCA_TEST_REDIS_TLS", "EDUCA_TEST_REDIS_ROOT"];
        let (service, [url, encrypted, root]) = Service::start("with_redis", "EDUCA_TEST_REDIS_CTL", says);
        Self { service: Arc::new(service), url, encrypted: (encrypted, root) }
    }

    /// `stop`, `kill` or `start`.
    pub async fn tell(&self, what: &'static str) {
        let service = self.service.clone();
        tokio::task::spawn_blocking(move || service.tell(what)).await.expect("told");
    }
}
