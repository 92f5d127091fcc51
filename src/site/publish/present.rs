//! What lies in the output folders: by looking at each folder and file that the ledger names, or by walking through all.
//!
//! Whoever adds, removes or renames something changes its folder's times, which no program can set back. So while all
//! folders look as they did when the last build ended, nothing lies there that the ledger does not name, and asking for
//! each file's size is four times as cheap as a walk.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use super::jobs::{PRIVATE, PUBLIC};
use super::plan::{STAYS, on_disk};
use crate::course::CATALOG_FILE;
use crate::disk::{self, DiskError, Lock, Stat};
use crate::site::cache::Ledger;
use crate::site::config::SiteConfig;
use crate::site::source::relative;

/// What lies in both folders: sizes by path, such as `public/index.html`.
pub type Present = HashMap<Arc<str>, u64>;

/// Every file in both folders, but for those that stay. A ledger whose folders look otherwise now forgets how they looked.
pub fn present(config: &SiteConfig, ledger: &mut Ledger) -> Result<Present, DiskError> {
    if let Some(present) = as_the_ledger_says(config, ledger) {
        return Ok(present);
    }
    ledger.folders.clear();
    walked(config)
}

fn as_the_ledger_says(config: &SiteConfig, ledger: &Ledger) -> Option<Present> {
    let same = |(path, stat): (&String, &Stat)| disk::stat(&on_disk(config, path)) == Some(*stat);
    if ledger.folders.is_empty() || !ledger.folders.par_iter().all(same) {
        return None;
    }
    let catalog = format!("{PRIVATE}/{CATALOG_FILE}");
    let paths: Vec<_> = ledger.paths().map(|(path, _)| path).chain([catalog.into()]).collect();
    let size = |path: Arc<str>| disk::stat(&on_disk(config, &path)).map(|stat| (path, stat.size));
    Some(paths.into_par_iter().filter_map(size).collect())
}

fn walked(config: &SiteConfig) -> Result<Present, DiskError> {
    let list = |name: &str, folder: &Path| {
        if !disk::is_folder(folder) {
            return Ok(Vec::new());
        }
        let (entries, problems) = disk::list_files(folder)?;
        match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(entries
                .into_iter()
                .filter_map(|entry| Some((relative(folder, &entry.path)?, entry.stat.size)))
                .filter(|(file, _)| !STAYS.contains(&file.as_str()))
                .map(|(file, size)| (format!("{name}/{file}").into(), size))
                .collect::<Vec<(Arc<str>, u64)>>()),
        }
    };
    let (public, private) = rayon::join(|| list(PUBLIC, &config.public), || list(PRIVATE, &config.private));
    Ok(public?.into_iter().chain(private?).collect())
}

/// How all folders of a publication look, now that nothing more is written; `paths` are its files. Nothing if that cannot
/// be relied upon.
///
/// `before` and `touched` are the folders of the last ledger, as far as it knew, and the files that were written or
/// removed since.
pub fn folders<'p>(
    config: &SiteConfig,
    paths: impl Iterator<Item = &'p str>,
    before: &HashMap<String, Stat>,
    touched: &[Arc<str>],
    lock: &Lock,
) -> Result<HashMap<String, Stat>, DiskError> {
    let touched: BTreeSet<&str> = touched.iter().flat_map(|path| ancestors(path)).collect();
    let wanted: BTreeSet<&str> = paths.flat_map(ancestors).chain([PUBLIC, PRIVATE]).collect();
    let stat = |path: &&str| {
        let known = before.get(*path).filter(|_| !touched.contains(path) && *path != PRIVATE);
        let stat = known.copied().or_else(|| disk::stat(&on_disk(config, path)))?;
        Some(((*path).to_owned(), stat))
    };
    let folders: Option<HashMap<_, _>> = wanted.par_iter().map(stat).collect();
    let Some(folders) = folders else { return Ok(HashMap::new()) };
    // The last renames happened in this very tick of the clock: what follows in it would not show.
    for _ in 0..10 {
        let moment = lock.moment()?;
        if folders.values().all(|stat| stat.is_settled(moment)) {
            return Ok(folders);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(HashMap::new())
}

/// The folders above a path.
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}
