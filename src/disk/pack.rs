//! A pack: many blobs in one file, appended from any thread and read by their place.
//!
//! Ten thousand small files would cost more in opening and closing than in reading.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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
    at: u64,
}

impl Pack {
    /// Opens the pack, or makes an empty one.
    pub fn open(path: &Path) -> Result<Self, DiskError> {
        create_folder(folder_of(path))?;
        let file = File::options().create(true).read(true).append(true).open(path).map_err(failed("open", path))?;
        let at = file.metadata().map_err(failed("read", path))?.len();
        let writer = file.try_clone().map_err(failed("open", path))?;
        Ok(Self { path: path.to_owned(), file, end: Mutex::new(End { file: writer, at }) })
    }

    /// Makes an empty pack, whatever was there.
    pub fn create(path: &Path) -> Result<Self, DiskError> {
        super::remove_file(path)?;
        Self::open(path)
    }

    /// Adds a blob; returns where it begins.
    pub fn append(&self, bytes: &[u8]) -> Result<u64, DiskError> {
        // A writer that panicked left at most a blob that nobody knows of.
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let at = end.at;
        end.file.write_all(bytes).map_err(failed("write", &self.path))?;
        end.at += bytes.len() as u64;
        Ok(at)
    }

    /// The `length` bytes at a place; nothing if the file ends before.
    pub fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        read_exact_at(&self.file, &mut bytes, at).ok().map(|()| bytes)
    }

    /// Bytes in the file.
    pub fn size(&self) -> u64 {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).at
    }

    /// Takes the place of the pack at another path.
    pub fn rename(&mut self, path: &Path) -> Result<(), DiskError> {
        fs::rename(&self.path, path).map_err(failed("write", path))?;
        self.path = path.to_owned();
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
        drop(pack);
        let pack = Pack::open(&path).expect("opened");
        assert_eq!(pack.read(second, 6).as_deref(), Some(&b"second"[..]));
        assert_eq!(pack.read(first, 5).as_deref(), Some(&b"first"[..]));
        assert_eq!(pack.read(second, 7), None);
        assert_eq!(pack.size(), 11);
    }
}
