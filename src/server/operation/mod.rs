//! What operators watch: whether educa lives and is ready, what it did in figures, a line for each request, and for refusals.

mod readiness;
mod health;
mod route;
mod live_metrics;
mod between_metrics;
mod metrics;
mod measure;
mod refusals;
mod scrape;

pub use between_metrics::BetweenMetrics;
pub use health::{is_probe, live, ready};
pub use live_metrics::LiveMetrics;
pub use measure::measure;
pub use metrics::{Counted, Metrics};
pub use readiness::Readiness;
pub use refusals::{Refusal, Refusals, Refused};
pub use route::{FILE, Route, name_route};
pub use scrape::serve_metrics;
