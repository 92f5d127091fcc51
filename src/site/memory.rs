//! What a build remembers for the next one: the facts of every file, every fragment, git's dates, and the ledger.
//!
//! In `.educa/`: `files`, `words` and `fragments` (with the blobs in `fragments.pack`) only save work; `ledger` also says what
//! lies in `public/` and `private/`, and is withdrawn while that changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cache::{BlobShelf, ByCourse, Fragments, KnownFragments, Ledger, Loaded, Rendered, cache_file, compact};
use super::config::SiteConfig;
use super::curriculum::KnownCourses;
use super::graph::Placed;
use super::outputs::{CourseIndex, KnownWords};
use super::publish::Rest;
use super::source::{History, Known, Repository, SourceTree};
use crate::disk::{self, DiskError};
use crate::theme::Theme;

/// What is remembered.
#[derive(Default)]
pub struct Memory {
    /// The files of the content folder.
    pub files: Known,
    /// The rendered texts, once somebody asked for them.
    fragments: Option<KnownFragments>,
    /// The words of courses, once somebody asked for them.
    words: Option<Arc<KnownWords>>,
    /// When files were committed.
    pub repository: Repository,
    /// Which of them the last build used.
    learned: Arc<History>,
    /// What was published.
    pub ledger: Ledger,
    /// The HTML of fragments.
    pub shelf: Arc<BlobShelf>,
    /// What the last build of this process made of each course.
    pub kept: Kept,
    /// What it left to be done.
    pub rest: Option<Rest>,
    /// The texts that it used.
    used: Option<Arc<Fragments>>,
    /// The theme as it was loaded; in memory alone.
    pub theme: Option<Arc<Theme>>,
    /// What a person should know about it.
    pub notes: Vec<String>,
    /// How many files or fragments are not as they were saved.
    news: usize,
}

/// What is as it was while the files of a course are; in memory alone.
#[derive(Default)]
pub struct Kept {
    /// The courses themselves.
    pub courses: KnownCourses,
    /// Their texts.
    pub rendered: ByCourse<Rendered>,
    /// Where they lie.
    pub placed: ByCourse<Placed>,
    /// What a search has of them.
    pub searched: ByCourse<CourseIndex>,
}

fn files_file(state: &Path) -> PathBuf {
    state.join("files")
}

fn fragments_file(state: &Path) -> PathBuf {
    state.join("fragments")
}

fn words_file(state: &Path) -> PathBuf {
    state.join("words")
}

fn ledger_file(state: &Path) -> PathBuf {
    state.join("ledger")
}

fn pack_file(state: &Path) -> PathBuf {
    state.join("fragments.pack")
}

/// One in so many files may be other than what was saved before all is saved again: to write everything down costs more
/// than to find out a little again.
const SAVED_FROM: usize = 50;

impl Memory {
    /// Reads what the last build left, for one that may write.
    pub fn load(config: &SiteConfig) -> Result<Self, DiskError> {
        let mut memory = Self::read(config)?;
        let pack = pack_file(&config.state);
        if config.fresh || !disk::exists(&fragments_file(&config.state)) {
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
            memory.fragments = Some(KnownFragments::new());
            return Ok(memory);
        }
        let (files, ledger) = rayon::join(
            || cache_file::load(&files_file(&config.state), &config.program),
            || cache_file::load(&ledger_file(&config.state), &config.program),
        );
        let history;
        (memory.files.saved, history) = memory.take::<(_, History)>(files?);
        memory.repository = Repository::remembered(history);
        memory.learned = memory.repository.history.clone();
        memory.ledger = memory.take(ledger?);
        Ok(memory)
    }

    /// The rendered texts of the last build. A build that finds nothing to do does not ask for them.
    pub fn fragments(&mut self, config: &SiteConfig) -> Result<&KnownFragments, DiskError> {
        if self.fragments.is_none() {
            let loaded = cache_file::load(&fragments_file(&config.state), &config.program)?;
            self.fragments = Some(self.take(loaded));
        }
        Ok(self.fragments.get_or_insert_default())
    }

    /// The words of the courses of the last build that was saved. Only a build that searches asks for them.
    pub fn words(&mut self, config: &SiteConfig) -> Result<Arc<KnownWords>, DiskError> {
        if self.words.is_none() {
            let wanted = config.search && !config.fresh;
            let loaded =
                if wanted { cache_file::load(&words_file(&config.state), &config.program)? } else { Loaded::Missing };
            self.words = Some(Arc::new(self.take(loaded)));
        }
        Ok(self.words.clone().unwrap_or_default())
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

    /// Whether enough was found out to keep it for the next run.
    pub fn is_worth_saving(&self) -> bool {
        self.news > self.files.len() / SAVED_FROM
    }

    /// Keeps all but the ledger for the next run.
    pub fn save(&mut self, config: &SiteConfig) -> Result<(), DiskError> {
        let pack = pack_file(&config.state);
        let used = self.used.take().map(|used| used.known());
        if let Some(mut known) = used.or(self.fragments.take()) {
            // Only while nobody else reads from the pack can it be replaced.
            if let Some(shelf) = Arc::get_mut(&mut self.shelf) {
                let (shelf, smaller) = compact(std::mem::take(shelf), known, &pack)?;
                (self.shelf, known) = (Arc::new(shelf), smaller);
                self.kept.rendered = ByCourse::default();
            }
            // What the cache names is there before the cache is.
            self.shelf.flush()?;
            cache_file::save(&fragments_file(&config.state), &config.program, &known)?;
            self.fragments = Some(known);
        }
        let words = self.kept.searched.all().flat_map(CourseIndex::known).collect();
        self.save_words(&words_file(&config.state), &config.program, words)?;
        self.news = 0;
        let tree = self.files.tree.as_ref().map(SourceTree::remember);
        let files = tree.as_ref().unwrap_or(&self.files.saved);
        cache_file::save(&files_file(&config.state), &config.program, &(files, &*self.repository.history))
    }

    /// Keeps the words of courses, unless the same are there already: of a large school they are megabytes. A build that
    /// did not ask for them has none, and then what is there may still be right.
    fn save_words(&mut self, file: &Path, program: &str, words: KnownWords) -> Result<(), DiskError> {
        let saved = self.words.as_deref();
        // A key stands for all that its words were found in.
        let is_saved =
            saved.is_some_and(|saved| saved.len() == words.len() && saved.keys().all(|key| words.contains_key(key)));
        if words.is_empty() || is_saved {
            return Ok(());
        }
        cache_file::save(file, program, &words)?;
        self.words = Some(Arc::new(words));
        Ok(())
    }

    /// Takes over what a build found out.
    pub fn learn(&mut self, tree: SourceTree, fragments: Arc<Fragments>, history: Arc<History>) {
        let known = self.fragments.get_or_insert_default();
        let n_known = self.used.as_ref().map_or(known.len(), |used| used.len());
        self.news += fragments.n_rendered + fragments.len().abs_diff(n_known);
        let new = fragments.texts_since(self.used.as_deref()).filter(|text| text.is_spotless);
        known.extend(new.map(|text| (text.facts.key, text.facts.clone())));
        self.used = Some(fragments);
        if history != self.learned {
            self.news += self.files.len();
            self.learned = history;
        }
        self.learn_files(tree);
    }

    /// Takes over what a scan found out.
    pub fn learn_files(&mut self, tree: SourceTree) {
        self.news += tree.n_read + tree.files.len().abs_diff(self.files.len());
        self.files.tree = Some(tree);
    }

    /// Renders everything anew the next time: a blob was damaged.
    pub fn forget_fragments(&mut self, config: &SiteConfig) -> Result<(), DiskError> {
        self.fragments = Some(KnownFragments::new());
        (self.used, self.kept.rendered) = (None, ByCourse::default());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    #[test]
    fn words_are_written_only_if_they_are_others_than_those_that_were_saved() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("words");
        let words = |of: &[&str]| -> KnownWords {
            of.iter().map(|text| (Digest::of(text.as_bytes()), Arc::default())).collect()
        };
        let mut memory = Memory::default();
        let mut writes = |of: &[&str]| {
            disk::remove_file(&file).expect("removed");
            memory.save_words(&file, "educa", words(of)).expect("saved");
            disk::exists(&file)
        };
        assert!(!writes(&[]), "nobody asked for them");
        assert!(writes(&["a", "b"]), "there were none");
        assert!(!writes(&["b", "a"]), "the same");
        assert!(writes(&["a", "c"]), "one was edited");
        assert!(!writes(&["a", "c"]), "what was written last counts");
        assert!(writes(&["a"]), "one is gone");
        assert!(!writes(&[]), "a build that asked for none leaves them");
    }
}
