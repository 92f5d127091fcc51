//! What a build remembers for the next one: the facts of every file, every fragment, git's dates, and the ledger.
//!
//! In `.educa/`: `memory` and `fragments` only save work; `ledger` also says what lies in `public/` and `private/`, and
//! is withdrawn while that changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cache_file::{self, Loaded};
use super::config::SiteConfig;
use super::fragments::{self, BlobShelf, Fragments, KnownFragments};
use super::history::History;
use super::ledger::Ledger;
use super::source::{Listing, Remembered, SourceTree};
use crate::disk::{self, DiskError};
use crate::theme::Theme;

/// What is remembered.
#[derive(Default)]
pub struct Memory {
    /// The files of the content folder.
    pub files: Remembered,
    /// The rendered texts.
    pub fragments: KnownFragments,
    /// When files were committed.
    pub history: History,
    /// What was published.
    pub ledger: Ledger,
    /// The HTML of fragments.
    pub shelf: Arc<BlobShelf>,
    /// The content folder as it was listed; in memory alone.
    pub listing: Listing,
    /// The theme as it was loaded; in memory alone.
    pub theme: Option<Arc<Theme>>,
    /// What a person should know about it.
    pub notes: Vec<String>,
    /// Whether there is more to remember than was saved.
    pub is_news: bool,
}

/// How all but the ledger lies on the disk.
#[derive(Debug, Default, Serialize, Deserialize)]
struct MemoryFile {
    files: Remembered,
    fragments: KnownFragments,
    history: History,
}

/// The same to be written.
#[derive(Serialize)]
struct MemoryFileRef<'a> {
    files: &'a Remembered,
    fragments: &'a KnownFragments,
    history: &'a History,
}

fn memory_file(state: &Path) -> PathBuf {
    state.join("memory")
}

fn ledger_file(state: &Path) -> PathBuf {
    state.join("ledger")
}

fn pack_file(state: &Path) -> PathBuf {
    state.join("fragments")
}

impl Memory {
    /// Reads what the last build left, for one that may write.
    pub fn load(config: &SiteConfig) -> Result<Self, DiskError> {
        let mut memory = Self::read(config)?;
        let pack = pack_file(&config.state);
        if memory.fragments.is_empty() {
            disk::remove_file(&pack)?;
        }
        memory.shelf = Arc::new(BlobShelf::open(&pack)?);
        Ok(memory)
    }

    /// The same for one that may not.
    pub fn load_read_only(config: &SiteConfig) -> Result<Self, DiskError> {
        let mut memory = Self::read(config)?;
        memory.shelf = Arc::new(BlobShelf::read_only(&pack_file(&config.state)));
        Ok(memory)
    }

    fn read(config: &SiteConfig) -> Result<Self, DiskError> {
        let mut memory = Self::default();
        if config.fresh {
            return Ok(memory);
        }
        let (file, ledger) = rayon::join(
            || cache_file::load(&memory_file(&config.state), &config.program),
            || cache_file::load(&ledger_file(&config.state), &config.program),
        );
        let file: MemoryFile = memory.take(file?);
        memory.ledger = memory.take(ledger?);
        (memory.files, memory.fragments, memory.history) = (file.files, file.fragments, file.history);
        Ok(memory)
    }

    fn take<T: Default>(&mut self, loaded: Loaded<T>) -> T {
        match loaded {
            Loaded::Value(value) => value,
            Loaded::Missing => T::default(),
            Loaded::Unusable => {
                let note = "what the last build remembered is of another educa or damaged: everything is made anew";
                if self.notes.is_empty() {
                    self.notes.push(note.to_owned());
                }
                T::default()
            }
        }
    }

    /// Keeps all but the ledger for the next run.
    pub fn save(&mut self, config: &SiteConfig) -> Result<(), DiskError> {
        let pack = pack_file(&config.state);
        // Only while nobody else reads from the pack can it be replaced.
        if let Some(shelf) = Arc::get_mut(&mut self.shelf) {
            let (shelf, known) = (std::mem::take(shelf), std::mem::take(&mut self.fragments));
            let (shelf, known) = fragments::compact(shelf, known, &pack)?;
            (self.shelf, self.fragments) = (Arc::new(shelf), known);
        }
        let Self { files, fragments, history, .. } = self;
        cache_file::save(&memory_file(&config.state), &config.program, &MemoryFileRef { files, fragments, history })
    }

    /// Takes over what a build found out.
    pub fn learn(&mut self, tree: &SourceTree, fragments: &Fragments, history: History) {
        self.is_news |= fragments.n_rendered > 0 || fragments.known().len() != self.fragments.len();
        self.is_news |= history != self.history;
        self.learn_files(tree);
        self.fragments = fragments.known().clone();
        self.history = history;
    }

    /// Takes over what a scan found out.
    pub fn learn_files(&mut self, tree: &SourceTree) {
        self.is_news |= tree.n_read > 0 || tree.files.len() != self.files.len();
        self.files = tree.remember();
    }

    /// Renders everything anew the next time: a blob was damaged.
    pub fn forget_fragments(&mut self, config: &SiteConfig) -> Result<(), DiskError> {
        self.fragments = KnownFragments::new();
        self.shelf = Arc::new(if self.shelf.is_read_only() {
            BlobShelf::read_only(Path::new(""))
        } else {
            let pack = pack_file(&config.state);
            disk::remove_file(&pack)?;
            BlobShelf::open(&pack)?
        });
        Ok(())
    }
}

/// Takes the ledger away, before the first change.
pub fn withdraw_ledger(config: &SiteConfig) -> Result<(), DiskError> {
    disk::remove_file(&ledger_file(&config.state))
}

/// Lays it back, after the last change.
pub fn lay_ledger(config: &SiteConfig, ledger: &Ledger) -> Result<(), DiskError> {
    cache_file::save(&ledger_file(&config.state), &config.program, ledger)
}
