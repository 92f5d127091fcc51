//! Stage 1: the content folder into a [`SourceTree`].
//!
//! What did not change since the last build is not read: its facts are remembered. The rest is read in parallel, texts
//! whole, other files only for their digest and size. What cannot be read is a diagnostic: the author sees it beside all
//! other mistakes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::front_matter;
use super::images;
use super::text::{Text, TextFacts, without_mark};
use crate::diag::{Diagnostic, Diagnostics, SourceText};
use crate::digest::Digest;
use crate::disk::{self, DiskError, Entry, Stat};
use crate::site::config::SiteConfig;

/// Everything below the content folder, sorted by path. Hidden files are left out.
#[derive(Debug, Default)]
pub struct SourceTree {
    /// The files. One that did not change since the last tree is the same [`Arc`] in both.
    pub files: Vec<Arc<SourceFile>>,
    /// Raised when a file turns out to have changed since it was scanned.
    pub moved: Arc<AtomicBool>,
    /// How many files were read.
    pub n_read: usize,
    /// Whether everything that was found could be read: only then may the next scan look at less than everything.
    is_whole: bool,
}

/// A file below the content folder.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to the content folder, with `/` between the parts.
    pub path: String,
    /// How diagnostics name it: relative to the school's folder.
    pub shown: String,
    /// Where it lies.
    pub disk_path: PathBuf,
    /// What is in it.
    pub body: SourceBody,
    /// When it was last changed, as the file system knows it; to the second.
    pub modified: Timestamp,
    /// What the next scan may rely on.
    seen: Seen,
}

/// What is in a file.
#[derive(Debug, Clone)]
pub enum SourceBody {
    /// A Markdown text.
    Text(Arc<Text>),
    /// Anything else.
    Media(MediaFacts),
}

/// What is remembered of a file that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFacts {
    /// Identity of the bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Width and height of an image, if known.
    pub pixels: Option<(u64, u64)>,
    /// Whether smaller forms of it can be made.
    pub scalable: bool,
}

/// How a file looked when it was read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Seen {
    stat: Stat,
    /// Whether an equal [`Stat`] vouches for equal bytes.
    settled: bool,
}

/// What is remembered of the files of the last build, by path.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Remembered(HashMap<String, RememberedFile>);

#[derive(Debug, Serialize, Deserialize)]
struct RememberedFile {
    seen: Seen,
    facts: Facts,
}

#[derive(Debug, Serialize, Deserialize)]
enum Facts {
    Text(Arc<TextFacts>),
    Media(MediaFacts),
}

/// A text larger than this was not written by hand; it would only exhaust the machine.
const MAX_TEXT: u64 = 4 * 1024 * 1024;

/// What changed since the last build of the same [`crate::site::Engine`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Anything.
    Anything,
    /// These files and folders, named as the settings name them, and what is below the folders.
    Paths(Vec<PathBuf>),
}

/// What a scan may rely on: what an earlier process remembered, or the last tree of this one.
#[derive(Debug, Default)]
pub struct Known {
    /// As it was saved.
    pub saved: Remembered,
    /// The last tree.
    pub tree: Option<SourceTree>,
}

impl Known {
    /// How many files are known.
    pub fn len(&self) -> usize {
        self.tree.as_ref().map_or(self.saved.0.len(), |tree| tree.files.len())
    }
}

/// Reads the content folder: what `changed` of it since the last tree, or all that is not known. `moment` is when this
/// build began.
///
/// Takes the last tree with it, which the caller replaces by this one when it has proved right.
pub fn scan(
    config: &SiteConfig,
    known: &mut Known,
    changed: &Changed,
    moment: Stat,
    diagnostics: &mut Diagnostics,
) -> Result<SourceTree, DiskError> {
    let last = known.tree.take();
    match (last, changed) {
        (Some(tree), Changed::Paths(paths)) if tree.is_whole && !paths.contains(&config.content) => {
            tree.with(config, paths, moment, diagnostics)
        }
        (last, _) => {
            if let Some(tree) = last {
                known.saved = tree.remember();
            }
            let moved = Arc::new(AtomicBool::new(false));
            let reader = Reader { config, remembered: &known.saved, moment, moved: &moved };
            let listed = disk::list_files(&config.content)?;
            let (files, n_read, is_whole) = reader.files(listed, diagnostics);
            Ok(SourceTree { files: sorted(files), moved, n_read, is_whole })
        }
    }
}

/// The walk sorts folder by folder; stages after this one compare whole paths. A folder and a file in it may both be
/// among what changed, and so be read twice.
fn sorted(mut files: Vec<Arc<SourceFile>>) -> Vec<Arc<SourceFile>> {
    // Stable, because that is quick with what is nearly sorted.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    files
}

impl SourceTree {
    /// This tree with what lies at `paths` and below them now.
    fn with(
        mut self,
        config: &SiteConfig,
        paths: &[PathBuf],
        moment: Stat,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, DiskError> {
        let paths: Vec<_> = paths.iter().filter(|path| path.starts_with(&config.content)).collect();
        let gone: Vec<_> = paths.iter().flat_map(|path| self.take(&config.content, path)).collect();
        let mut listed = (Vec::new(), Vec::new());
        for path in paths.into_iter().filter(|path| disk::exists(path)) {
            let (entries, problems) = disk::list_below(&config.content, path)?;
            listed.0.extend(entries);
            listed.1.extend(problems);
        }
        let remembered = remember(&gone);
        let reader = Reader { config, remembered: &remembered, moment, moved: &self.moved };
        let (files, n_read, is_whole) = reader.files(listed, diagnostics);
        self.files.extend(files);
        Ok(Self { files: sorted(self.files), moved: self.moved, n_read, is_whole })
    }

    /// Takes out the file at a path, and what lies below it.
    fn take(&mut self, content: &Path, path: &Path) -> Vec<Arc<SourceFile>> {
        let Some(name) = relative(content, path) else { return Vec::new() };
        let folder = format!("{name}/");
        let begin = self.files.partition_point(|file| file.path < folder);
        let length = self.files[begin..].partition_point(|file| file.path.starts_with(&folder));
        let mut taken: Vec<_> = self.files.drain(begin..begin + length).collect();
        if let Ok(at) = self.files.binary_search_by(|file| file.path.as_str().cmp(&name)) {
            taken.push(self.files.remove(at));
        }
        taken
    }

    /// The identity of all of it: what a build makes depends on nothing else in the content folder.
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::with_capacity(self.files.len() * 100);
        for file in &self.files {
            let digest = match &file.body {
                SourceBody::Text(text) => text.facts.digest,
                SourceBody::Media(facts) => facts.digest,
            };
            bytes.extend_from_slice(file.path.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(digest.as_bytes());
            bytes.extend_from_slice(&file.modified.as_second().to_le_bytes());
        }
        Digest::of(&bytes)
    }

    /// What a later process may rely on.
    pub fn remember(&self) -> Remembered {
        remember(&self.files)
    }
}

fn remember(files: &[Arc<SourceFile>]) -> Remembered {
    let remembered = |file: &Arc<SourceFile>| {
        let facts = match &file.body {
            SourceBody::Text(text) => Facts::Text(text.facts.clone()),
            SourceBody::Media(facts) => Facts::Media(*facts),
        };
        (file.path.clone(), RememberedFile { seen: file.seen, facts })
    };
    Remembered(files.iter().map(remembered).collect())
}

struct Reader<'a> {
    config: &'a SiteConfig,
    remembered: &'a Remembered,
    moment: Stat,
    moved: &'a Arc<AtomicBool>,
}

impl Reader<'_> {
    /// What was listed, how many of it had to be read, and whether all of it could be.
    fn files(
        &self,
        (entries, problems): (Vec<Entry>, Vec<DiskError>),
        diagnostics: &mut Diagnostics,
    ) -> (Vec<Arc<SourceFile>>, usize, bool) {
        let content = &self.config.content;
        let mut is_whole = problems.is_empty();
        for problem in problems {
            // Editors leave links to nowhere with hidden names beside a file that is open.
            if relative(content, &problem.path).is_some_and(|path| is_hidden(&path)) {
                continue;
            }
            let message = format!("cannot {} this: {}", problem.verb, problem.reason());
            let help = "remove it, or put the file itself here";
            diagnostics.push(Diagnostic::error(shown(&self.config.root, &problem.path), message).help(help));
        }
        let read: Vec<_> = entries
            .par_iter()
            .filter_map(|entry| Some((relative(content, &entry.path)?, entry)))
            .filter(|(path, _)| !is_hidden(path))
            .map(|(path, entry)| self.file(path, entry))
            .collect();
        let mut files = Vec::with_capacity(read.len());
        let mut n_read = 0;
        for file in read {
            match file {
                Ok((file, was_read)) => {
                    n_read += usize::from(was_read);
                    files.push(Arc::new(file));
                }
                Err(diagnostic) => {
                    is_whole = false;
                    diagnostics.push(diagnostic);
                }
            }
        }
        (files, n_read, is_whole)
    }

    /// The file at an entry, and whether it had to be read.
    fn file(&self, path: String, entry: &Entry) -> Result<(SourceFile, bool), Diagnostic> {
        let shown = shown(&self.config.root, &entry.path);
        if path.contains('\u{fffd}') {
            return Err(Diagnostic::error(shown, "the file's name is not UTF-8").help("rename the file"));
        }
        let known = self.remembered.0.get(&path);
        let same = known.filter(|known| known.seen.settled && known.seen.stat == entry.stat);
        let was_read = same.is_none();
        let (body, seen) = match same {
            Some(known) => (self.recalled(&known.facts, entry), known.seen),
            None => {
                let seen = Seen { stat: entry.stat, settled: entry.stat.is_settled(self.moment) };
                (self.read(&path, &shown, entry, known)?, seen)
            }
        };
        let modified = Timestamp::try_from(entry.stat.modified()).unwrap_or_default();
        let modified = self.config.newest.map_or(modified, |newest| modified.min(newest));
        let modified = Timestamp::from_second(modified.as_second()).unwrap_or_default();
        Ok((SourceFile { path, shown, disk_path: entry.path.clone(), body, modified, seen }, was_read))
    }

    fn recalled(&self, facts: &Facts, entry: &Entry) -> SourceBody {
        match facts {
            Facts::Text(facts) => {
                SourceBody::Text(Arc::new(Text::new(facts.clone(), entry.path.clone(), None, self.moved.clone())))
            }
            Facts::Media(facts) => SourceBody::Media(*facts),
        }
    }

    fn read(
        &self,
        path: &str,
        shown: &str,
        entry: &Entry,
        known: Option<&RememberedFile>,
    ) -> Result<SourceBody, Diagnostic> {
        let unreadable = |error: DiskError| {
            Diagnostic::error(shown, format!("cannot read this file: {}", error.reason())).help("check its permissions")
        };
        let size = entry.stat.size;
        if !path.ends_with(".md") {
            let digest = disk::digest(&entry.path).map_err(unreadable)?;
            let facts = match known.map(|known| &known.facts) {
                Some(Facts::Media(facts)) if facts.digest == digest => *facts,
                _ => {
                    let (pixels, scalable) = images::head(&entry.path, size);
                    MediaFacts { digest, size, pixels, scalable }
                }
            };
            return Ok(SourceBody::Media(facts));
        }
        if size > MAX_TEXT {
            let message = format!("this text has {size} bytes; the limit is {MAX_TEXT}");
            return Err(Diagnostic::error(shown, message).help("split it into several contents"));
        }
        let text = text(disk::read(&entry.path).map_err(unreadable)?, shown)?;
        let digest = Digest::of(text.as_bytes());
        let facts = match known.map(|known| &known.facts) {
            Some(Facts::Text(facts)) if facts.digest == digest => facts.clone(),
            _ => Arc::new(TextFacts { digest, head: front_matter::head(SourceText { path: shown, text: &text }) }),
        };
        Ok(SourceBody::Text(Arc::new(Text::new(facts, entry.path.clone(), Some(text.into()), self.moved.clone()))))
    }
}

fn is_hidden(path: &str) -> bool {
    path.starts_with('.') || path.contains("/.")
}

/// The text of a file, without a byte order mark.
fn text(bytes: Vec<u8>, shown: &str) -> Result<String, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(without_mark(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let source = SourceText { path: shown, text: &text };
            Err(source.error(valid..valid + 1, "this file is not UTF-8").help("save it as UTF-8"))
        }
    }
}

/// The path below `root` with `/` between its parts.
pub fn relative(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?;
    if let (true, Some(text)) = (cfg!(unix), relative.to_str().filter(|text| text.is_ascii())) {
        return Some(text.to_owned());
    }
    // One form of each letter: some systems keep `ü` in a name as `u` and a mark, and an author who types it does not.
    let parts = relative.iter().map(|part| part.to_string_lossy().nfc().collect::<String>());
    Some(parts.collect::<Vec<_>>().join("/"))
}

/// How diagnostics name a file.
pub fn shown(root: &Path, path: &Path) -> String {
    relative(root, path).unwrap_or_else(|| path.display().to_string())
}
