//! A store that is made beside the one whose place it takes.

use std::path::{Path, PathBuf};

use crate::disk::{self, DiskError, Lock};
use crate::store::folder::{self, Stage};
use crate::store::open::{self, StoreConfig};
use crate::store::open_error::OpenError;
use crate::store::trees::Trees;

/// What the new store's folder is called until it is whole.
const UNFINISHED: &str = "unfinished";

/// A place for a store that is to be made.
pub struct Replacement<'a> {
    config: &'a StoreConfig,
    /// Nobody else uses the old store meanwhile, nor makes another.
    _lock: Lock,
    /// Whether there is a store in the place.
    pub replaces: bool,
}

impl<'a> Replacement<'a> {
    /// Claims the place that the settings name.
    pub fn claim(config: &'a StoreConfig) -> Result<Self, OpenError> {
        let _lock = folder::lock(&config.path)?;
        let replaces = !disk::list_folder(&config.path)?.is_empty();
        if replaces {
            folder::inspect(&config.path)?;
        }
        Ok(Self { config, _lock, replaces })
    }

    /// Makes a store of what `fill` puts into its trees. If that fails nothing is changed.
    pub fn fill<T, E: From<OpenError>>(&self, fill: impl FnOnce(&Trees) -> Result<T, E>) -> Result<T, E> {
        let path = self.unfinished();
        // Left over from one that was interrupted.
        disk::remove_folder(&path).map_err(OpenError::from)?;
        let filled = self.fill_in(&path, fill);
        if filled.is_err() {
            // The error says more than that its remains could not be removed.
            let _ = disk::remove_folder(&path);
        }
        filled
    }

    fn fill_in<T, E: From<OpenError>>(&self, path: &Path, fill: impl FnOnce(&Trees) -> Result<T, E>) -> Result<T, E> {
        let _lock = folder::lock(path)?;
        folder::inspect(path)?;
        let config = StoreConfig { path: path.to_owned(), ..self.config.clone() };
        let (db, trees) = open::open_sled(&config)?;
        let filled = fill(&trees)?;
        open::make_durable(path, &db)?;
        folder::write_marker(path, Stage::Finished)?;
        Ok(filled)
    }

    /// Puts the new store in the place; returns where the old one is now, if there was one.
    pub fn put(self, what: &str) -> Result<Option<PathBuf>, DiskError> {
        let path = &self.config.path;
        let old = self.replaces.then(|| free_name(path, what));
        match &old {
            Some(old) => disk::rename(path, old)?,
            // The empty folder that was made to hold the lock, with nothing in it but what counts as nothing.
            None => disk::remove_folder(path)?,
        }
        disk::rename(&self.unfinished(), path)?;
        Ok(old)
    }

    /// Leaves everything as it was.
    pub fn discard(self) -> Result<(), DiskError> {
        disk::remove_folder(&self.unfinished())
    }

    /// The place.
    pub fn path(&self) -> &Path {
        &self.config.path
    }

    /// Where the new store is until it is put in the place.
    pub fn unfinished(&self) -> PathBuf {
        beside(&self.config.path, UNFINISHED)
    }
}

/// Such as `.educa/data.before-restore-2`.
fn free_name(path: &Path, what: &str) -> PathBuf {
    let names = (1..).map(|n| beside(path, &format!("{what}-{n}")));
    names.into_iter().find(|name| !disk::exists(name)).expect("some number is free")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}
