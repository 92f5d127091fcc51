//! Staging: files that are written now and take their places together, later.
//!
//! A staged file lies in a folder beside its target, on the same file system, so that taking its place is one rename.
//! Whoever gives up just drops the [`Staging`]: nothing was touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::{DiskError, failed};
use super::files::{create_folder, folder_of};

/// A folder of files that wait for their places; removed with all that is left in it when dropped.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    next: AtomicUsize,
}

/// A file that waits.
#[derive(Debug)]
pub struct Staged(PathBuf);

impl Staging {
    /// Opens the folder, empty: what a killed process left in it is removed.
    pub fn open(folder: PathBuf) -> Result<Self, DiskError> {
        clear(&folder)?;
        create_folder(&folder)?;
        Ok(Self { folder, next: AtomicUsize::new(0) })
    }

    /// Writes the bytes of a file.
    pub fn write(&self, bytes: &[u8]) -> Result<Staged, DiskError> {
        let path = self.unused();
        fs::write(&path, bytes).map_err(failed("write", &path))?;
        Ok(Staged(path))
    }

    /// Copies a file of any size.
    pub fn copy(&self, from: &Path) -> Result<Staged, DiskError> {
        let path = self.unused();
        let mut source = fs::File::open(from).map_err(failed("open", from))?;
        let mut target = fs::File::create(&path).map_err(failed("write", &path))?;
        std::io::copy(&mut source, &mut target).map_err(failed("write", &path))?;
        Ok(Staged(path))
    }

    fn unused(&self) -> PathBuf {
        self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

impl Staged {
    /// Moves the file to its place, whatever file is there. Readers see the old bytes or the new ones.
    pub fn place(self, target: &Path) -> Result<(), DiskError> {
        match fs::rename(&self.0, target) {
            // Most folders are there already; asking first would cost a call for each file.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                create_folder(folder_of(target))?;
                fs::rename(&self.0, target).map_err(failed("write", target))
            }
            moved => moved.map_err(failed("write", target)),
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now is removed when it is opened the next time.
        let _ = clear(&self.folder);
    }
}

fn clear(folder: &Path) -> Result<(), DiskError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("remove", folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{list_folder, read};

    #[test]
    fn a_staged_file_takes_its_place_and_what_was_given_up_is_gone() {
        let root = tempfile::tempdir().expect("a folder");
        let staging = Staging::open(root.path().join("new")).expect("opened");
        let page = staging.write(b"page").expect("written");
        let _given_up = staging.write(b"given up").expect("written");
        page.place(&root.path().join("deep/er/index.html")).expect("placed");
        drop(staging);
        assert_eq!(read(&root.path().join("deep/er/index.html")).expect("read"), b"page");
        assert_eq!(list_folder(root.path()).expect("listed"), ["deep"]);
    }
}
