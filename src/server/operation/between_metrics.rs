//! Figures about what the school's processes say to each other by way of Redis; all are 0 where there is none.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Figures of a process among others.
#[derive(Debug, Clone, Default)]
pub struct BetweenMetrics {
    connected: Gauge,
    connections: Counter,
    sent: Counter,
    received: Counter,
    ignored: Counter,
    peers: Gauge,
}

impl BetweenMetrics {
    /// Figures of a registry.
    pub fn register(registry: &mut Registry) -> Self {
        let own = Self::default();
        registry.register("redis_connected", "Whether Redis is reached", own.connected.clone());
        registry.register(
            "redis_connections",
            "How often Redis was reached, or reached again",
            own.connections.clone(),
        );
        registry.register("redis_messages_sent", "Messages to other processes of the school", own.sent.clone());
        registry.register("redis_messages_received", "Messages of other processes of the school", own.received.clone());
        let help = "Messages on the channel that are of no process of the school";
        registry.register("redis_messages_ignored", help, own.ignored.clone());
        registry.register("redis_peers", "Other processes of the school that are heard", own.peers.clone());
        own
    }

    /// Redis is reached.
    pub fn connected(&self) {
        self.connected.set(1);
        self.connections.inc();
    }

    /// It is not any more.
    pub fn lost(&self) {
        self.connected.set(0);
    }

    /// A message was sent.
    pub fn sent(&self) {
        self.sent.inc();
    }

    /// One was heard and understood.
    pub fn received(&self) {
        self.received.inc();
    }

    /// One was heard and not believed.
    pub fn ignored(&self) {
        self.ignored.inc();
    }

    /// So many others are heard.
    pub fn peers(&self, n_peers: usize) {
        self.peers.set(i64::try_from(n_peers).unwrap_or(i64::MAX));
    }
}
