//! What the API keeps of a publication: its lists, the document of what it can do, and the contents of courses that were
//! asked for of late.
//!
//! It belongs to one publication and goes with it, so nothing that is kept can be out of date.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use clru::{CLruCache, CLruCacheConfig, WeightScale};

use super::lists::CatalogLists;
use super::negotiation::Kind;
use super::representation::Representation;
use crate::course::{Catalog, CourseId};

/// How many bytes of contents wait for their next reader.
const MAX_CONTENTS: NonZeroUsize = NonZeroUsize::new(16 * 1024 * 1024).expect("it is not zero");

/// A document names where it was asked for: one for people and one for programs behind a proxy, each in two forms. Who
/// makes up more names has the others made again, and no more memory.
const MAX_DOCUMENTS: NonZeroUsize = NonZeroUsize::new(4).expect("it is not zero");

/// What is kept.
pub struct Kept {
    lists: OnceLock<CatalogLists>,
    documents: Mutex<CLruCache<DocumentKey, Arc<Representation>>>,
    contents: Mutex<Contents>,
}

/// Below which base the API is, such as `http://127.0.0.1:8000`, and the document's form.
pub type DocumentKey = (String, Kind);

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
        let documents = Mutex::new(CLruCache::new(MAX_DOCUMENTS));
        Self { lists: OnceLock::new(), documents, contents: Mutex::new(contents) }
    }
}

impl Kept {
    /// The lists of this publication's catalog, made when they are first wanted.
    pub fn lists(&self, catalog: &Catalog) -> &CatalogLists {
        self.lists.get_or_init(|| CatalogLists::new(catalog))
    }

    /// The document of what the API can do, made when it is first wanted.
    pub fn document<E>(
        &self,
        key: DocumentKey,
        make: impl FnOnce() -> Result<Representation, E>,
    ) -> Result<Arc<Representation>, E> {
        if let Some(kept) = locked(&self.documents).get(&key) {
            return Ok(kept.clone());
        }
        let made = Arc::new(make()?);
        locked(&self.documents).put(key, made.clone());
        Ok(made)
    }

    /// The contents of a course, if they are here. Who asks has shown that the reader may have them.
    pub fn contents(&self, course: CourseId) -> Option<Arc<Representation>> {
        locked(&self.contents).get(&course).cloned()
    }

    /// Keeps the contents of a course, if there is room for so much.
    pub fn keep_contents(&self, course: CourseId, contents: Arc<Representation>) {
        // What weighs more than all of it comes back and stays outside.
        let _ = locked(&self.contents).put_with_weight(course, contents);
    }
}

/// Held for a look or a move in a list, never while something is read or made.
fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
