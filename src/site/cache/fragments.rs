//! Fragments between two builds: what is known of each in memory, its HTML in a pack on the disk.
//!
//! A fragment is a function of its text and a few options, and its key is the digest of both. What a build did not ask
//! for is swept when the cache is saved. A blob carries its digest: one that is damaged is made anew, never shown.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::disk::{DiskError, Pack};
use crate::site::markdown::{ExternalLink, Fragment, Heading, Link, Piece, Resolved, fill};

/// What is known of a fragment without its HTML.
#[derive(Debug, Serialize, Deserialize)]
pub struct FragmentFacts {
    /// What the holes stand for, in the order of the text.
    pub links: Vec<Link>,
    /// Links to other sites.
    pub external: Vec<ExternalLink>,
    /// Its headings, in order.
    pub headings: Vec<Heading>,
    /// The first paragraph as plain text; may be empty.
    pub lead: String,
    /// Whether there is no HTML at all.
    pub is_empty: bool,
    /// Identity of the text and the options it was rendered with.
    pub key: Digest,
    blob: Blob,
}

/// Where the plain text and, behind it, the HTML are.
#[derive(Debug, Serialize, Deserialize)]
enum Blob {
    /// In the pack.
    Packed { at: u64, length: u32, digest: Digest },
    /// In memory, in a build that must not write.
    #[serde(skip)]
    Held(String, Vec<Piece>),
}

/// What the last build asked for, by key.
pub type KnownFragments = HashMap<Digest, Arc<FragmentFacts>>;

/// Every rendered text by its path below the content folder.
#[derive(Debug)]
pub struct Fragments {
    by_path: HashMap<Arc<str>, Arc<FragmentFacts>>,
    /// Those of each course, in the order of the curriculum.
    pub courses: Vec<Arc<Rendered>>,
    /// Those that belong to no course.
    pub others: Rendered,
    shelf: Arc<BlobShelf>,
    /// Identity of all but the texts that they were made of.
    pub basis: Digest,
    /// How many were rendered and not remembered.
    pub n_rendered: usize,
}

/// Rendered texts that belong together, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The texts.
    pub texts: Vec<RenderedText>,
    /// What is wrong with them.
    pub said: Diagnostics,
}

/// A rendered text.
#[derive(Debug)]
pub struct RenderedText {
    /// Its path below the content folder.
    pub path: Arc<str>,
    /// What is known of it.
    pub facts: Arc<FragmentFacts>,
    /// Whether it gave no cause to say anything: only then may a later process rely on it.
    pub is_spotless: bool,
}

/// Where the HTML of fragments lies.
#[derive(Debug, Default)]
pub struct BlobShelf {
    /// Nothing in a build that must not write and found no pack.
    pack: Option<Pack>,
    read_only: bool,
    damaged: AtomicBool,
}

impl BlobShelf {
    /// Opens the pack for reading and adding.
    pub fn open(path: &Path) -> Result<Self, DiskError> {
        Ok(Self { pack: Some(Pack::open(path)?), ..Self::default() })
    }

    /// Opens the pack, if there is one, for reading alone.
    pub fn read_only(path: &Path) -> Self {
        let pack = crate::disk::exists(path).then(|| Pack::open(path).ok()).flatten();
        Self { pack, read_only: true, ..Self::default() }
    }

    /// Whether nothing is added to the pack.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether a blob was not what was put there.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// Puts a fragment's HTML away.
    pub fn put(&self, key: Digest, fragment: Fragment) -> Result<FragmentFacts, DiskError> {
        let Fragment { pieces, links, external, headings, lead, text } = fragment;
        let is_empty = pieces.is_empty();
        let blob = match &self.pack {
            Some(pack) if !self.read_only => {
                let bytes = postcard::to_allocvec(&(&text, &pieces)).expect("plain texts and numbers always serialize");
                let (length, digest) = (bytes.len() as u32, Digest::of(&bytes));
                Blob::Packed { at: pack.append(&bytes)?, length, digest }
            }
            _ => Blob::Held(text, pieces),
        };
        Ok(FragmentFacts { links, external, headings, lead, is_empty, key, blob })
    }

    /// Writes what waits to be written.
    pub fn flush(&self) -> Result<(), DiskError> {
        self.pack.as_ref().map_or(Ok(()), Pack::flush)
    }

    /// A fragment's HTML with every hole filled.
    fn fill(&self, facts: &FragmentFacts, resolved: &[Resolved]) -> String {
        match &facts.blob {
            Blob::Held(_, pieces) => fill(pieces, resolved),
            Blob::Packed { .. } => {
                let html = self.packed(facts, |bytes| {
                    // The text is stepped over; the HTML is copied once, to its place between the holes.
                    let (_, rest) = postcard::take_from_bytes::<&str>(bytes).ok()?;
                    Some(fill(&postcard::from_bytes::<Vec<Piece<&str>>>(rest).ok()?, resolved))
                });
                html.unwrap_or_default()
            }
        }
    }

    /// A fragment's plain text.
    fn text(&self, facts: &FragmentFacts) -> String {
        match &facts.blob {
            Blob::Held(text, _) => text.clone(),
            Blob::Packed { .. } => {
                let text = self.packed(facts, |bytes| Some(postcard::take_from_bytes::<String>(bytes).ok()?.0));
                text.unwrap_or_default()
            }
        }
    }

    /// What `read` finds in a fragment's blob; a blob that is not what was put there is noted.
    fn packed<T>(&self, facts: &FragmentFacts, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let Blob::Packed { at, length, digest } = &facts.blob else { return None };
        let bytes = self.pack.as_ref().and_then(|pack| pack.read(*at, *length as usize));
        let found = bytes.filter(|bytes| Digest::of(bytes) == *digest).and_then(|bytes| read(&bytes));
        if found.is_none() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        found
    }
}

impl Fragments {
    /// Those of all courses, and the others. Their HTML lies on `shelf`.
    pub fn new(shelf: Arc<BlobShelf>, basis: Digest, courses: Vec<Arc<Rendered>>, others: Rendered) -> Self {
        let all = courses.iter().flat_map(|course| &course.texts).chain(&others.texts);
        let by_path = all.map(|text| (text.path.clone(), text.facts.clone())).collect();
        Self { by_path, courses, others, shelf, basis, n_rendered: 0 }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_path.len()
    }

    /// The fragment of the text at a path.
    pub fn get(&self, path: &str) -> Option<&FragmentFacts> {
        self.by_path.get(path).map(|facts| &**facts)
    }

    /// Its HTML with every hole filled: `resolved` has one entry per link.
    pub fn html(&self, path: &str, resolved: &[Resolved]) -> String {
        self.get(path).map(|facts| self.shelf.fill(facts, resolved)).unwrap_or_default()
    }

    /// Its plain text without headings.
    pub fn text(&self, path: &str) -> String {
        self.get(path).map(|facts| self.shelf.text(facts)).unwrap_or_default()
    }

    /// The texts of courses that are not those of the last build, and all others.
    pub fn texts_since(&self, last: Option<&Self>) -> impl Iterator<Item = &RenderedText> {
        let old: HashSet<_> = last.iter().flat_map(|last| &last.courses).map(Arc::as_ptr).collect();
        let new = self.courses.iter().filter(move |course| !old.contains(&Arc::as_ptr(course)));
        new.flat_map(|course| &course.texts).chain(&self.others.texts)
    }

    /// What the next build may rely on.
    pub fn known(&self) -> KnownFragments {
        let all = self.courses.iter().flat_map(|course| &course.texts).chain(&self.others.texts);
        all.filter(|text| text.is_spotless).map(|text| (text.facts.key, text.facts.clone())).collect()
    }
}

/// A pack may hold as much that nobody asks for as what somebody does, and this many bytes more.
const SLACK: u64 = 16 * 1024 * 1024;

/// Writes a pack anew without what is no longer known, if that saves enough; returns where everything lies now.
pub fn compact(shelf: BlobShelf, known: KnownFragments, path: &Path) -> Result<(BlobShelf, KnownFragments), DiskError> {
    let length = |facts: &Arc<FragmentFacts>| match &facts.blob {
        Blob::Packed { length, .. } => u64::from(*length),
        Blob::Held(..) => 0,
    };
    let live: u64 = known.values().map(length).sum();
    let Some(pack) = &shelf.pack else { return Ok((shelf, known)) };
    if pack.size() <= 2 * live + SLACK {
        return Ok((shelf, known));
    }
    let mut smaller = Pack::create(&path.with_extension("new"))?;
    let mut moved = KnownFragments::with_capacity(known.len());
    for (key, facts) in known {
        let Blob::Packed { at, length, digest } = facts.blob else { continue };
        let Some(bytes) = pack.read(at, length as usize) else { continue };
        let blob = Blob::Packed { at: smaller.append(&bytes)?, length, digest };
        let FragmentFacts { links, external, headings, lead, is_empty, .. } = &*facts;
        let (links, external) = (links.clone(), external.clone());
        let (headings, lead, is_empty) = (headings.clone(), lead.clone(), *is_empty);
        moved.insert(key, Arc::new(FragmentFacts { links, external, headings, lead, is_empty, key, blob }));
    }
    smaller.flush()?;
    smaller.rename(path)?;
    Ok((BlobShelf { pack: Some(smaller), ..BlobShelf::default() }, moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(text: &str) -> Fragment {
        Fragment { pieces: vec![Piece::Html(text.into())], text: "plain".into(), ..Fragment::default() }
    }

    #[test]
    fn what_was_put_away_comes_back_and_a_damaged_blob_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pack");
        let shelf = BlobShelf::open(&path).expect("opened");
        let facts = shelf.put(Digest::of(b"key"), fragment("<p>one</p>")).expect("put");
        assert_eq!(shelf.fill(&facts, &[]), "<p>one</p>");
        assert_eq!(shelf.text(&facts), "plain");
        crate::disk::write(&path, b"rubbish, and more of it").expect("written");
        let shelf = BlobShelf::open(&path).expect("opened");
        assert_eq!(shelf.fill(&facts, &[]), "");
        assert!(shelf.is_damaged());
    }

    #[test]
    fn a_pack_of_leftovers_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pack");
        let shelf = BlobShelf::open(&path).expect("opened");
        let key = Digest::of(b"key");
        let kept = Arc::new(shelf.put(key, fragment("kept")).expect("put"));
        shelf.put(key, fragment(&"x".repeat(SLACK as usize + 100))).expect("put");
        let (shelf, known) = compact(shelf, [(key, kept)].into(), &path).expect("compacted");
        assert_eq!(shelf.fill(&known[&key], &[]), "kept");
        assert!(crate::disk::read(&path).expect("read").len() < 100);
    }
}
