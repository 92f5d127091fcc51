//! Texts of the content folder: what is remembered of each, and its bytes when somebody needs them.
//!
//! A text that did not change is neither read nor parsed again. Only who points at a line of it, or renders it anew,
//! asks for its bytes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::disk;
use crate::fields::Table;

/// What is remembered of a text, a function of its bytes alone.
#[derive(Debug, Serialize, Deserialize)]
pub struct TextFacts {
    /// Identity of the whole text.
    pub digest: Digest,
    /// Its settings, unless there is something wrong with them.
    pub head: Option<Head>,
}

/// The front matter of a text, parsed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head {
    /// The settings.
    pub table: Table,
    /// Where they begin.
    pub settings_at: usize,
    /// Where the body begins.
    pub body_at: usize,
    /// Identity of the body.
    pub body: Digest,
}

/// A text, in memory only while it is needed.
#[derive(Debug)]
pub struct Text {
    /// What is remembered of it.
    pub facts: Arc<TextFacts>,
    disk_path: PathBuf,
    held: Mutex<Option<Arc<str>>>,
    /// Raised if the file is no longer what the build began with.
    moved: Arc<AtomicBool>,
}

impl Text {
    /// A text whose bytes were just read, or were not.
    pub fn new(facts: Arc<TextFacts>, disk_path: PathBuf, bytes: Option<Arc<str>>, moved: Arc<AtomicBool>) -> Self {
        Self { facts, disk_path, held: Mutex::new(bytes), moved }
    }

    /// All of it. A file that was changed since the build began is empty, and the build begins again.
    pub fn get(&self) -> Arc<str> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get_or_insert_with(|| self.read()).clone()
    }

    fn read(&self) -> Arc<str> {
        let bytes = disk::read(&self.disk_path).unwrap_or_default();
        match String::from_utf8(bytes).map(without_mark) {
            Ok(text) if Digest::of(text.as_bytes()) == self.facts.digest => text.into(),
            _ => {
                self.moved.store(true, Ordering::Relaxed);
                "".into()
            }
        }
    }

    /// Lets go of the bytes, which come back when somebody asks.
    pub fn release(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The text without a byte order mark.
pub fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
