//! What the API keeps of a publication: its lists, and the contents of courses that were asked for of late.
//!
//! It belongs to one publication and goes with it, so nothing that is kept can be out of date.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use clru::{CLruCache, CLruCacheConfig, WeightScale};

use super::lists::CatalogLists;
use super::representation::Representation;
use crate::course::{Catalog, CourseId};

/// How many bytes of contents wait for their next reader.
const MAX_CONTENTS: NonZeroUsize = NonZeroUsize::new(16 * 1024 * 1024).expect("it is not zero");

/// What is kept.
pub struct Kept {
    lists: OnceLock<CatalogLists>,
    contents: Mutex<Contents>,
}

type Contents = CLruCache<CourseId, Arc<Representation>, std::hash::RandomState, InMemory>;

/// What an entry weighs.
struct InMemory;

impl WeightScale<CourseId, Arc<Representation>> for InMemory {
    fn weight(&self, _: &CourseId, contents: &Arc<Representation>) -> usize {
        contents.weight()
    }
}

impl Default for Kept {
    fn default() -> Self {
        let contents = CLruCache::with_config(CLruCacheConfig::new(MAX_CONTENTS).with_scale(InMemory));
        Self { lists: OnceLock::new(), contents: Mutex::new(contents) }
    }
}

impl Kept {
    /// The lists of this publication's catalog, made when they are first wanted.
    pub fn lists(&self, catalog: &Catalog) -> &CatalogLists {
        self.lists.get_or_init(|| CatalogLists::new(catalog))
    }

    /// The contents of a course, if they are here. Who asks has shown that the reader may have them.
    pub fn contents(&self, course: CourseId) -> Option<Arc<Representation>> {
        self.locked().get(&course).cloned()
    }

    /// Keeps the contents of a course, if there is room for so much.
    pub fn keep_contents(&self, course: CourseId, contents: Arc<Representation>) {
        // What weighs more than all of it comes back and stays outside.
        let _ = self.locked().put_with_weight(course, contents);
    }

    /// Held for a look or a move in a list, never while something is read.
    fn locked(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
