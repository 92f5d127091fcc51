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

/// How often the catalog is looked at without being told. The system tells nothing of a folder that was removed and made
/// anew, nor on some network file systems; and a build that could not be read deserves another try.
const LOOK: Duration = Duration::from_secs(2);

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
        let mut complaint = String::new();
        loop {
            match tokio::time::timeout(LOOK, changes.recv()).await {
                Ok(Some(())) => {
                    tokio::time::sleep(SETTLE).await;
                    while changes.try_recv().is_ok() {}
                }
                // The watcher is gone; looking is left.
                Ok(None) => tokio::time::sleep(LOOK).await,
                Err(_) => {}
            }
            complaint = reload(shelf.clone(), complaint).await;
        }
    });
    Ok(Watch { _watcher: watcher, task })
}

/// Reloads if there is something new; returns what is wrong with it. What was said already is not said again.
async fn reload(shelf: Arc<Shelf>, said: String) -> String {
    let reload = move || if shelf.is_outdated() { shelf.reload().map(|()| true) } else { Ok(false) };
    let complaint = match tokio::task::spawn_blocking(reload).await {
        Ok(Ok(false)) => return String::new(),
        Ok(Ok(true)) => {
            tracing::info!("a new build is being served");
            return String::new();
        }
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    if complaint != said {
        tracing::error!("the new build cannot be served, the old one stays: {complaint}");
    }
    complaint
}
