//! Staging: files that are written now and take their places together, later.
//!
//! A staged file lies in the folder of its target under a name of its own, so that taking its place is one rename. One
//! that is given up is removed. All in one folder of their own would be tidier, but some file systems (ext4) look for
//! room beside the folder's other files: ten thousand new files in one folder cost several times as much.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::{DiskError, failed};
use super::files::{TEMPORARY_PREFIX, create_folder, folder_of, remove_empty_folders};

/// A tree whose files wait for their places.
#[derive(Debug)]
pub struct Staging {
    root: PathBuf,
    next: AtomicUsize,
}

/// A file that waits.
#[derive(Debug)]
pub struct Staged {
    root: PathBuf,
    waiting: PathBuf,
    target: PathBuf,
    placed: bool,
}

impl Staging {
    /// For files below `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root, next: AtomicUsize::new(0) }
    }

    /// Writes the bytes of the file whose place is `target`, a path below the root.
    pub fn write(&self, target: &str, bytes: &[u8]) -> Result<Staged, DiskError> {
        self.put(target, |path| fs::write(path, bytes))
    }

    /// Copies a file of any size.
    pub fn copy(&self, target: &str, from: &Path) -> Result<Staged, DiskError> {
        let mut source = fs::File::open(from).map_err(failed("open", from))?;
        self.put(target, |path| io::copy(&mut source, &mut fs::File::create(path)?).map(|_| ()))
    }

    /// An error names the file that was to be, not the one that waits.
    fn put(&self, target: &str, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<Staged, DiskError> {
        let target = self.root.join(target);
        let name = format!("{TEMPORARY_PREFIX}{}", self.next.fetch_add(1, Ordering::Relaxed));
        let folder = folder_of(&target);
        let folder = match create_folder(folder) {
            Ok(()) => folder,
            // A file lies where a folder is needed. It goes before this one takes its place.
            Err(_) => &self.root,
        };
        let waiting = folder.join(name);
        let staged = Staged { root: self.root.clone(), waiting, target, placed: false };
        write(&staged.waiting).map_err(failed("write", &staged.target))?;
        Ok(staged)
    }
}

impl Staged {
    /// Moves the file to its place, whatever file is there. Readers see the old bytes or the new ones.
    pub fn place(mut self) -> Result<(), DiskError> {
        let renamed = match fs::rename(&self.waiting, &self.target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_folder(folder_of(&self.target))?;
                fs::rename(&self.waiting, &self.target)
            }
            renamed => renamed,
        };
        self.placed = renamed.is_ok();
        renamed.map_err(failed("write", &self.target))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.placed {
            // What cannot be removed now is found and removed by the next build.
            let _ = fs::remove_file(&self.waiting);
            remove_empty_folders(folder_of(&self.waiting), &self.root);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{list_folder, read, write};

    #[test]
    fn a_staged_file_takes_its_place_and_one_that_is_given_up_leaves_nothing() {
        let root = tempfile::tempdir().expect("a folder");
        let staging = Staging::new(root.path().to_owned());
        let page = staging.write("deep/er/index.html", b"page").expect("written");
        drop(staging.write("other/index.html", b"given up").expect("written"));
        page.place().expect("placed");
        assert_eq!(read(&root.path().join("deep/er/index.html")).expect("read"), b"page");
        assert_eq!(list_folder(root.path()).expect("listed"), ["deep"]);
    }

    #[test]
    fn a_file_may_become_a_folder() {
        let root = tempfile::tempdir().expect("a folder");
        let old = root.path().join("page");
        write(&old, b"old").expect("written");
        let page = Staging::new(root.path().to_owned()).write("page/index.html", b"new").expect("written");
        assert_eq!(read(&old).expect("read"), b"old");
        crate::disk::remove_file(&old).expect("removed");
        page.place().expect("placed");
        assert_eq!(read(&root.path().join("page/index.html")).expect("read"), b"new");
    }
}
