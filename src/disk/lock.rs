//! Locks between processes.

use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::error::{DiskError, failed};
use super::files::{create_folder, folder_of, open};
use super::stat::Stat;

/// Held by one process at a time; released when dropped, or when the process ends.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: fs::File,
}

impl Lock {
    /// How the lock's file looks: whoever takes it for a change makes it another.
    pub fn stat(&self) -> Result<Stat, DiskError> {
        self.file.metadata().map(|metadata| Stat::of(&metadata)).map_err(failed("read", &self.path))
    }

    /// The present moment as this file system's clock has it: the time of a change made now.
    pub fn moment(&self) -> Result<Stat, DiskError> {
        let mut file = &self.file;
        let written = file.rewind().and_then(|()| file.write_all(b"\n")).and_then(|()| file.metadata());
        Ok(Stat::of(&written.map_err(failed("write", &self.path))?))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file would do, but for a program that is being started at this moment: until it runs, it shares
        // all our open files and would hold the lock a little longer.
        let _ = self.file.unlock();
    }
}

/// Takes the lock that lies at `path`; if another process holds it, calls `wait` and waits.
pub fn lock(path: &Path, wait: impl FnOnce()) -> Result<Lock, DiskError> {
    create_folder(folder_of(path))?;
    let file = fs::File::options().create(true).truncate(false).write(true).open(path).map_err(failed("lock", path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            wait();
            file.lock().map_err(failed("lock", path))?;
        }
        Err(fs::TryLockError::Error(error)) => return Err(failed("lock", path)(error)),
    }
    Ok(Lock { path: path.to_owned(), file })
}

/// Takes the lock on a file or folder that is there; nothing if another process holds it. Leaves no file behind.
pub fn try_lock(path: &Path) -> Result<Option<Lock>, DiskError> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { path: path.to_owned(), file })),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(failed("lock", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_free_as_soon_as_it_is_dropped_whatever_is_being_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let _ = std::process::Command::new("true").status();
                }
            });
            let began = std::time::Instant::now();
            let mut taken = 0;
            while began.elapsed() < std::time::Duration::from_millis(500) {
                taken += usize::from(try_lock(folder.path()).expect("tried").is_none());
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(taken, 0);
        });
    }
}
