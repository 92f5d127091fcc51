//! Stage 1: the content folder into a [`SourceTree`].
//!
//! Texts are read whole, other files only for their digest and size, all in parallel. What cannot be read is a
//! diagnostic: the author sees it beside all other mistakes.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use crate::diag::{Diagnostic, Diagnostics, SourceText};
use crate::digest::Digest;
use crate::disk::{self, DiskError, Entry};

/// Everything below the content folder, sorted by path. Hidden files are left out.
#[derive(Debug, Default)]
pub struct SourceTree {
    /// The files.
    pub files: Vec<SourceFile>,
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
}

/// What is in a file.
#[derive(Debug)]
pub enum SourceBody {
    /// A Markdown text.
    Text(String),
    /// Anything else.
    Media {
        /// Identity of the bytes.
        digest: Digest,
        /// Bytes.
        size: u64,
    },
}

/// A text larger than this was not written by hand; it would only exhaust the machine.
const MAX_TEXT: u64 = 4 * 1024 * 1024;

/// Reads the content folder. `root` is the folder that diagnostics are relative to.
pub fn scan(root: &Path, content: &Path, diagnostics: &mut Diagnostics) -> Result<SourceTree, DiskError> {
    let (entries, problems) = disk::list_files(content)?;
    for problem in problems {
        // Editors leave links to nowhere with hidden names beside a file that is open.
        if relative(content, &problem.path).is_some_and(|path| is_hidden(&path)) {
            continue;
        }
        let message = format!("cannot {} this: {}", problem.verb, problem.reason());
        let help = "remove it, or put the file itself here";
        diagnostics.push(Diagnostic::error(shown(root, &problem.path), message).help(help));
    }
    let read: Vec<_> = entries
        .into_par_iter()
        .filter_map(|entry| Some((relative(content, &entry.path)?, entry)))
        .filter(|(path, _)| !is_hidden(path))
        .map(|(path, entry)| read(path, shown(root, &entry.path), entry))
        .collect();
    let mut tree = SourceTree::default();
    for file in read {
        match file {
            Ok(file) => tree.files.push(file),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    // The walk sorts folder by folder; stages after this one compare whole paths.
    tree.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(tree)
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

fn read(path: String, shown: String, entry: Entry) -> Result<SourceFile, Diagnostic> {
    if path.contains('\u{fffd}') {
        return Err(Diagnostic::error(shown, "the file's name is not UTF-8").help("rename the file"));
    }
    let unreadable = |error: DiskError| {
        Diagnostic::error(shown.clone(), format!("cannot read this file: {}", error.reason()))
            .help("check its permissions")
    };
    let body = if path.ends_with(".md") {
        if entry.size > MAX_TEXT {
            let message = format!("this text has {} bytes; the limit is {MAX_TEXT}", entry.size);
            return Err(Diagnostic::error(shown, message).help("split it into several contents"));
        }
        let bytes = disk::read(&entry.path).map_err(unreadable)?;
        SourceBody::Text(text(bytes, &shown)?)
    } else {
        SourceBody::Media { digest: disk::digest(&entry.path).map_err(unreadable)?, size: entry.size }
    };
    let modified = Timestamp::try_from(entry.modified).unwrap_or_default();
    let modified = Timestamp::from_second(modified.as_second()).unwrap_or_default();
    Ok(SourceFile { path, shown, disk_path: entry.path, body, modified })
}

/// The text of a file, without a byte order mark.
fn text(bytes: Vec<u8>, shown: &str) -> Result<String, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let source = SourceText { path: shown, text: &text };
            Err(source.error(valid..valid + 1, "this file is not UTF-8").help("save it as UTF-8"))
        }
    }
}

/// The path below `root` with `/` between its parts.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.iter();
    // One form of each letter: some systems keep `ü` in a name as `u` and a mark, and an author who types it does not.
    Some(parts.map(|part| part.to_string_lossy().nfc().collect::<String>()).collect::<Vec<_>>().join("/"))
}

/// How diagnostics name a file.
pub fn shown(root: &Path, path: &Path) -> String {
    relative(root, path).unwrap_or_else(|| path.display().to_string())
}
