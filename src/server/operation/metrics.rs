//! Figures, in the text format that Prometheus reads.
//!
//! Labels are routes, methods and statuses, each from a list of ours: nothing that a visitor writes makes a new series.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::between_metrics::BetweenMetrics;
use super::live_metrics::LiveMetrics;
use crate::school::StoreWork;

/// All figures of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    /// All of them, whatever they were about.
    n_answered: AtomicU64,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    connections: Gauge,
    published: Gauge,
    store_writes: Counter,
    store_flushes: Counter,
    /// Of course chat and presence.
    pub live: LiveMetrics,
    /// Of what the school's processes say to each other.
    pub between: BetweenMetrics,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: Cow<'static, str>,
    method: &'static str,
    status: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: Cow<'static, str>,
}

impl Default for Metrics {
    fn default() -> Self {
        // From half a millisecond to eight seconds, doubling.
        let durations =
            Family::new_with_constructor((|| Histogram::new(exponential_buckets(0.0005, 2.0, 15))) as fn() -> _);
        let mut registry = Registry::with_prefix("educa");
        let live = LiveMetrics::register(&mut registry);
        let between = BetweenMetrics::register(&mut registry);
        let mut metrics = Self {
            registry,
            live,
            between,
            requests: Family::default(),
            n_answered: AtomicU64::new(0),
            durations,
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            published: Gauge::default(),
            store_writes: Counter::default(),
            store_flushes: Counter::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let seconds = Unit::Seconds;
        registry.register("requests", "Requests that were answered", self.requests.clone());
        let help = "Time until an answer began";
        registry.register_with_unit("request_duration", help, seconds.clone(), self.durations.clone());
        registry.register("requests_in_flight", "Requests whose answer has not begun", self.in_flight.clone());
        registry.register("connections", "Connections that are open", self.connections.clone());
        let help = "When the build that is being served was published, since 1970; 0 if nothing was";
        registry.register_with_unit("publication_time", help, seconds, self.published.clone());
        let help = "Changes of records, each durable when it was answered";
        registry.register("store_writes", help, self.store_writes.clone());
        let help = "Flushes of the store's disk; changes that wait together share one";
        registry.register("store_flushes", help, self.store_flushes.clone());
        registry.register("build", "Which educa this is", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
    }

    /// A request is being answered, until the value is dropped.
    pub fn request(&self) -> Counted {
        Counted::one_of(&self.in_flight)
    }

    /// A connection is open, until the value is dropped.
    pub fn connection(&self) -> Counted {
        Counted::one_of(&self.connections)
    }

    /// A request was answered.
    pub fn answered(&self, route: Cow<'static, str>, method: &Method, status: StatusCode, after: Duration) {
        self.durations.get_or_create(&RouteLabels { route: route.clone() }).observe(after.as_secs_f64());
        let labels = RequestLabels { route, method: known(method), status: status.as_u16().into() };
        self.requests.get_or_create(&labels).inc();
        self.n_answered.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests were answered since the server was started.
    pub fn n_answered(&self) -> u64 {
        self.n_answered.load(Ordering::Relaxed)
    }

    /// The text, with what is the case now.
    pub fn text(&self, published: Option<SystemTime>, store: StoreWork) -> String {
        let seconds =
            published.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).map_or(0, |at| at.as_secs());
        self.published.set(i64::try_from(seconds).unwrap_or(i64::MAX));
        self.store_writes.inner().store(store.writes, Ordering::Relaxed);
        self.store_flushes.inner().store(store.flushes, Ordering::Relaxed);
        let mut text = String::new();
        // Writing into a text cannot fail; a figure that cannot be written would be left out.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}

/// A client may send any word as its method.
fn known(method: &Method) -> &'static str {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    methods.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// One of a number that is counted while this lives.
#[derive(Debug)]
pub struct Counted(Gauge);

impl Counted {
    pub(super) fn one_of(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
