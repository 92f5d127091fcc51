//! Figures about sockets: how many, what goes through them, why they end.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::metrics::Counted;

/// Figures of course chat and presence.
#[derive(Debug, Clone)]
pub struct LiveMetrics {
    sockets: Family<KindLabels, Gauge>,
    closes: Family<CloseLabels, Counter>,
    said: Counter,
    heard: Counter,
    lag: Histogram,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CloseLabels {
    reason: &'static str,
}

impl LiveMetrics {
    /// Figures of a registry.
    pub fn register(registry: &mut Registry) -> Self {
        let own = Self {
            sockets: Family::default(),
            closes: Family::default(),
            said: Counter::default(),
            heard: Counter::default(),
            // From a quarter of a millisecond to eight seconds, doubling.
            lag: Histogram::new(exponential_buckets(0.000_25, 2.0, 16)),
        };
        registry.register("sockets", "WebSockets that are open", own.sockets.clone());
        let help = "WebSockets that ended, by close code, or who went by themselves";
        registry.register("socket_closes", help, own.closes.clone());
        registry.register("messages_said", "Messages that were stored", own.said.clone());
        registry.register("messages_heard", "Entries of rooms that were sent to members", own.heard.clone());
        let help = "Time from when an entry of a room was known to be durable until a member was sent it";
        registry.register_with_unit("message_lag", help, Unit::Seconds, own.lag.clone());
        own
    }

    /// A socket is open, until the value is dropped.
    pub fn socket(&self, kind: &'static str) -> Counted {
        Counted::one_of(&self.sockets.get_or_create(&KindLabels { kind }))
    }

    /// A socket ended.
    pub fn closed(&self, reason: &'static str) {
        self.closes.get_or_create(&CloseLabels { reason }).inc();
    }

    /// Messages were stored.
    pub fn said(&self, n_messages: u64) {
        self.said.inc_by(n_messages);
    }

    /// Entries were sent to a member.
    pub fn heard(&self, n_entries: u64) {
        self.heard.inc_by(n_entries);
    }

    /// A member was sent what had been durable for so long.
    pub fn lag(&self, time: Duration) {
        self.lag.observe(time.as_secs_f64());
    }
}
