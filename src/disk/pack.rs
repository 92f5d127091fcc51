//! A pack: many blobs in one file, appended from any thread and read by their place.
//!
//! Ten thousand small files would cost more in opening and closing than in reading.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::{DiskError, failed};
use super::files::{create_folder, folder_of};

/// A file of blobs.
#[derive(Debug)]
pub struct Pack {
    path: PathBuf,
    /// For reading: many threads at once.
    file: File,
    end: Mutex<End>,
}

/// The file's end, where blobs are added.
#[derive(Debug)]
struct End {
    file: File,
    /// Bytes in the file.
    written: u64,
    /// What comes behind them.
    waiting: Vec<u8>,
}

/// How many bytes wait to be written at once: a file system takes one large piece in half the time of a hundred small ones.
const PIECE: usize = 1024 * 1024;

impl Pack {
    /// Opens the pack, or makes an empty one.
    pub fn open(path: &Path) -> Result<Self, DiskError> {
        create_folder(folder_of(path))?;
        let file = File::options().create(true).read(true).append(true).open(path).map_err(failed("open", path))?;
        let written = file.metadata().map_err(failed("read", path))?.len();
        let writer = file.try_clone().map_err(failed("open", path))?;
        let end = End { file: writer, written, waiting: Vec::new() };
        Ok(Self { path: path.to_owned(), file, end: Mutex::new(end) })
    }

    /// Makes an empty pack, whatever was there.
    pub fn create(path: &Path) -> Result<Self, DiskError> {
        super::remove_file(path)?;
        Self::open(path)
    }

    /// Adds a blob; returns where it begins. It can be read at once, and is in the file after [`Pack::flush`].
    pub fn append(&self, bytes: &[u8]) -> Result<u64, DiskError> {
        let mut end = self.end();
        let at = end.size();
        end.waiting.extend_from_slice(bytes);
        if end.waiting.len() >= PIECE {
            end.flush().map_err(failed("write", &self.path))?;
        }
        Ok(at)
    }

    /// Writes what waits.
    pub fn flush(&self) -> Result<(), DiskError> {
        self.end().flush().map_err(failed("write", &self.path))
    }

    /// The `length` bytes at a place; nothing if the pack ends before.
    pub fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let end = self.end();
        if let Some(at) = at.checked_sub(end.written) {
            return end.waiting.get(at as usize..)?.get(..length).map(<[u8]>::to_vec);
        }
        drop(end);
        let mut bytes = vec![0; length];
        read_exact_at(&self.file, &mut bytes, at).ok().map(|()| bytes)
    }

    /// Bytes in the pack.
    pub fn size(&self) -> u64 {
        self.end().size()
    }

    fn end(&self) -> MutexGuard<'_, End> {
        // A writer that panicked left at most a blob that nobody knows of.
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the place of the pack at another path.
    pub fn rename(&mut self, path: &Path) -> Result<(), DiskError> {
        fs::rename(&self.path, path).map_err(failed("write", path))?;
        self.path = path.to_owned();
        Ok(())
    }
}

impl End {
    fn size(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.write_all(&self.waiting)?;
        self.written = self.size();
        self.waiting.clear();
        Ok(())
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(not(unix))]
fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> std::io::Result<()> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_found_again_and_what_is_not_there_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cache/pack");
        let pack = Pack::open(&path).expect("opened");
        let first = pack.append(b"first").expect("added");
        let second = pack.append(b"second").expect("added");
        assert_eq!(pack.read(second, 6).as_deref(), Some(&b"second"[..]), "it is not in the file yet");
        pack.flush().expect("written");
        drop(pack);
        let pack = Pack::open(&path).expect("opened");
        assert_eq!(pack.read(second, 6).as_deref(), Some(&b"second"[..]));
        assert_eq!(pack.read(first, 5).as_deref(), Some(&b"first"[..]));
        assert_eq!(pack.read(second, 7), None);
        assert_eq!(pack.size(), 11);
    }
}
