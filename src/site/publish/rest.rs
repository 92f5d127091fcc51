//! What is left to do when all pages are in their places: the catalog, what is no longer wanted, and the ledger.
//!
//! A preview shows its pages first and does this after; the lock is held all the while.

use std::sync::Arc;

use super::plan::remove;
use super::present::folders;
use crate::course::{self, Catalog};
use crate::disk::{DiskError, Lock};
use crate::site::cache::{Ledger, MadeOf};
use crate::site::config::SiteConfig;
use crate::site::memory::lay_ledger;
use crate::site::source::{Scaled, sweep};

/// The rest of a build.
pub struct Rest {
    /// What the server is told of the school.
    pub catalog: Arc<Catalog>,
    /// Files that are no longer wanted.
    pub remove: Vec<Arc<str>>,
    /// All smaller forms of pictures.
    pub scaled: Vec<Scaled>,
    /// The files that were written or are to be removed.
    pub touched: Vec<Arc<str>>,
    /// What the ledger will say, but for the catalog.
    pub made_of: MadeOf,
}

impl Rest {
    /// Does it. `lock` is for one that keeps an eye on the output folders; a preview is the only one to write there.
    pub fn finish(self, config: &SiteConfig, ledger: &mut Ledger, lock: Option<&Lock>) -> Result<(), DiskError> {
        let catalog = course::save(&self.catalog, &config.private)?;
        remove(config, &self.remove)?;
        sweep(&config.state, self.scaled.iter())?;
        let before = std::mem::take(&mut ledger.folders);
        if let Some(lock) = lock {
            let paths: Vec<_> = ledger.paths().map(|(path, _)| path).collect();
            ledger.folders = folders(config, paths.iter().map(|path| &**path), &before, &self.touched, lock)?;
        }
        ledger.made_of = Some(MadeOf { catalog, ..self.made_of });
        lay_ledger(config, ledger)
    }
}
