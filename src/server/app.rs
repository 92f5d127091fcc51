//! What handlers share. A handler takes the parts it uses, as extractors.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use axum::extract::FromRef;

use super::api::ApiThrottle;
use super::config::ServerConfig;
use super::edge::EdgeSigner;
use super::files::FileCache;
use super::live::{Alone, Broadcast, Live, RedisBroadcast};
use super::operation::{Metrics, Readiness};
use super::publication::Shelf;
use super::tls::Tls;
use crate::school::School;

/// A running server. One pointer to its parts, since each request hands it on a few times.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

/// The parts of a running server.
#[derive(Clone)]
pub struct AppParts {
    /// The rules and the records.
    pub school: Arc<School>,
    /// What is being served.
    pub shelf: Arc<Shelf>,
    /// The settings.
    pub config: Arc<ServerConfig>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who signs tokens for an edge, if there is one.
    pub edge: Option<Arc<EdgeSigner>>,
    /// What encrypts connections, if anything.
    pub tls: Option<Arc<Tls>>,
    /// What probes ask about.
    pub readiness: Arc<Readiness>,
    /// How often the API was called.
    pub throttle: Arc<ApiThrottle>,
    /// Published files in memory.
    pub cache: Arc<FileCache>,
    /// Course chat and presence.
    pub live: Arc<Live>,
}

impl App {
    /// A server of this school.
    pub fn new(school: Arc<School>, shelf: Arc<Shelf>, config: ServerConfig) -> Self {
        let config = Arc::new(config);
        let cache = Arc::new(FileCache::new(config.cache_bytes));
        let throttle = Arc::new(ApiThrottle::new(&config.api.throttle));
        let (metrics, readiness) = (Arc::<Metrics>::default(), Arc::default());
        let broadcast: Arc<dyn Broadcast> = match config.live.redis.clone() {
            Some(redis) => Arc::new(RedisBroadcast::new(redis, metrics.between.clone())),
            None => Arc::new(Alone),
        };
        let live = Live::with(school.clone(), shelf.clone(), config.live.clone(), metrics.live.clone(), broadcast);
        let live = Arc::new(live);
        let parts =
            AppParts { school, shelf, config, throttle, cache, live, metrics, edge: None, tls: None, readiness };
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

/// For who puts a server together. A part that is changed when others hold the server already is changed for this one.
impl DerefMut for App {
    fn deref_mut(&mut self) -> &mut AppParts {
        Arc::make_mut(&mut self.0)
    }
}

impl FromRef<App> for Arc<School> {
    fn from_ref(app: &App) -> Self {
        app.school.clone()
    }
}

impl FromRef<App> for Arc<Shelf> {
    fn from_ref(app: &App) -> Self {
        app.shelf.clone()
    }
}

impl FromRef<App> for Arc<ServerConfig> {
    fn from_ref(app: &App) -> Self {
        app.config.clone()
    }
}
