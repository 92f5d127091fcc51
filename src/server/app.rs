//! What handlers share. A handler takes the parts it uses, as extractors.

use std::sync::Arc;

use axum::extract::FromRef;

use super::config::ServerConfig;
use super::files::FileCache;
use super::publication::Shelf;
use crate::school::School;

/// The parts of a running server.
#[derive(Clone)]
pub struct App {
    /// The rules and the records.
    pub school: Arc<School>,
    /// What is being served.
    pub shelf: Arc<Shelf>,
    /// The settings.
    pub config: Arc<ServerConfig>,
    /// Published files in memory.
    pub cache: Arc<FileCache>,
}

impl App {
    /// A server of this school.
    pub fn new(school: Arc<School>, shelf: Arc<Shelf>, config: ServerConfig) -> Self {
        let cache = Arc::new(FileCache::new(config.cache_bytes));
        Self { school, shelf, config: Arc::new(config), cache }
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
