//! Notices when a new build lands: the catalog is renamed in last, so its change says that all else is there.

use std::sync::Arc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use super::publication::Shelf;
use crate::course::CATALOG_FILE;

/// Watches until it is dropped.
pub struct Watch {
    _watcher: RecommendedWatcher,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A rename comes as several events; they are one change.
const SETTLE: Duration = Duration::from_millis(50);

/// Reloads the shelf whenever its catalog changes.
pub fn watch(shelf: Arc<Shelf>) -> Result<Watch, notify::Error> {
    let (changed, mut changes) = mpsc::channel(1);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let touches_catalog = |event: notify::Event| event.paths.iter().any(|path| path.ends_with(CATALOG_FILE));
        // A watcher that lost events (Err) may have lost ours.
        if event.map_or(true, touches_catalog) {
            // A full channel means that a reload is due anyway.
            let _ = changed.try_send(());
        }
    })?;
    watcher.watch(&shelf.source().private, RecursiveMode::NonRecursive)?;
    let task = tokio::spawn(async move {
        while changes.recv().await.is_some() {
            tokio::time::sleep(SETTLE).await;
            while changes.try_recv().is_ok() {}
            reload(shelf.clone()).await;
        }
    });
    Ok(Watch { _watcher: watcher, task })
}

async fn reload(shelf: Arc<Shelf>) {
    let reloaded = tokio::task::spawn_blocking(move || shelf.reload()).await;
    match reloaded {
        Ok(Ok(())) => tracing::info!("a new build is being served"),
        Ok(Err(error)) => tracing::error!(%error, "the new build cannot be served; the old one stays"),
        Err(error) => tracing::error!(%error, "reloading failed; the old build stays"),
    }
}
