//! The disk: the only file that calls `std::fs`.
//!
//! Every error names the path and what was tried. A write is whole or absent: bytes go to a temporary file in the same
//! folder, which is then renamed over the target. Nothing here knows what the files mean.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::digest::{Digest, Hasher};

/// A file operation that failed, with what was tried and on which path.
#[derive(Debug)]
pub struct DiskError {
    /// What was tried: "read", "write", "remove" ….
    pub verb: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.verb, self.path.display(), plain(&self.source))
    }
}

/// Without a source: the sentence has the system's words in it, and whoever prints all causes must not say them twice.
impl std::error::Error for DiskError {}

impl DiskError {
    /// Whether the path does not exist.
    pub fn is_missing(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }

    /// What the system said, for a sentence that names the file itself.
    pub fn reason(&self) -> String {
        plain(&self.source)
    }
}

/// The system's words without Rust's "(os error N)".
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

fn failed<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> DiskError + 'a {
    move |source| DiskError { verb, path: path.to_owned(), source }
}

/// What stands at a path in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The whole path.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// The last change of the file, as the file system knows it.
    pub modified: SystemTime,
}

/// All files below `root`, sorted by path. Links are followed if they stay inside `root`.
///
/// What cannot be listed or leads outside is reported in the second value and left out of the first.
pub fn list_files(root: &Path) -> Result<(Vec<Entry>, Vec<DiskError>), DiskError> {
    let real_root = canonical(root)?;
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    let mut walk = walkdir::WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    while let Some(found) = walk.next() {
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                problems.push(not_listed(error, root));
                continue;
            }
        };
        match inside(&found, &real_root) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => {}
            Err(problem) => {
                // A link out of the tree may lead to the whole disk: do not go there to find out.
                if found.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                problems.push(problem);
            }
        }
    }
    Ok((entries, problems))
}

fn not_listed(error: walkdir::Error, root: &Path) -> DiskError {
    let path = error.path().unwrap_or(root).to_owned();
    let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
    let source = match error.loop_ancestor() {
        Some(_) => io::Error::other("it is a link to a folder that contains it"),
        None => error.into_io_error().unwrap_or_else(|| io::Error::other("it cannot be listed")),
    };
    let source = match source.kind() {
        io::ErrorKind::NotFound if is_link => io::Error::other("it is a link to something that does not exist"),
        _ => source,
    };
    DiskError { verb: "read", path, source }
}

/// The entry of a regular file, nothing for a folder; an error for what is neither, or links out of `real_root`.
fn inside(found: &walkdir::DirEntry, real_root: &Path) -> Result<Option<Entry>, DiskError> {
    let path = found.path();
    let error = |words: &str| DiskError { verb: "use", path: path.to_owned(), source: io::Error::other(words) };
    if found.path_is_symlink() && found.depth() > 0 && !canonical(path)?.starts_with(real_root) {
        return Err(error("it is a link that leads out of the folder"));
    }
    if found.file_type().is_dir() {
        return Ok(None);
    }
    if !found.file_type().is_file() {
        return Err(error("it is neither a file nor a folder"));
    }
    let metadata = fs::metadata(path).map_err(failed("read", path))?;
    let modified = metadata.modified().map_err(failed("read", path))?;
    Ok(Some(Entry { path: path.to_owned(), size: metadata.len(), modified }))
}

/// The path with every link resolved.
pub fn canonical(path: &Path) -> Result<PathBuf, DiskError> {
    fs::canonicalize(path).map_err(failed("find", path))
}

/// Whether something stands at the path.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a folder stands at the path.
pub fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// The names of what stands directly in a folder, sorted; nothing if there is no such folder.
pub fn list_folder(path: &Path) -> Result<Vec<String>, DiskError> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed("list", path))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed("list", path))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// All bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, DiskError> {
    fs::read(path).map_err(failed("read", path))
}

/// All bytes of a file, or nothing if there is none.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
    match read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// When a file was last changed or replaced, as the file system knows it.
pub fn modified(path: &Path) -> Result<SystemTime, DiskError> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).map_err(failed("read", path))
}

/// A file opened for reading, for answers that are sent piece by piece.
pub fn open(path: &Path) -> Result<fs::File, DiskError> {
    fs::File::open(path).map_err(failed("open", path))
}

/// The digest of a file of any size, read piece by piece.
pub fn digest(path: &Path) -> Result<Digest, DiskError> {
    let mut file = open(path)?;
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).map_err(failed("read", path))? {
            0 => return Ok(hasher.finish()),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// Writes a whole file, making its folder if need be. Readers see the old bytes or the new ones, never a part.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    put(path, |file| file.write_all(bytes))
}

/// Copies a file as [`write()`] does, whatever its size.
pub fn copy(from: &Path, to: &Path) -> Result<(), DiskError> {
    let mut source = open(from)?;
    put(to, |file| io::copy(&mut source, file).map(|_| ()))
}

/// Writes a file that must not exist yet.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    create_folder(folder_of(path))?;
    let mut temporary = temporary_in(folder_of(path)).map_err(failed("write", path))?;
    temporary.write_all(bytes).map_err(failed("write", path))?;
    temporary.persist_noclobber(path).map_err(|error| failed("create", path)(error.error))?;
    Ok(())
}

/// Makes a folder and all above it.
pub fn create_folder(path: &Path) -> Result<(), DiskError> {
    fs::create_dir_all(path).map_err(failed("create", path))
}

/// Removes a file; it need not be there.
pub fn remove_file(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes a folder and all above it, up to but without `root`, as long as they are empty.
pub fn remove_empty_folders(path: &Path, root: &Path) {
    let mut folder = Some(path);
    while let Some(path) = folder.filter(|path| *path != root && path.starts_with(root)) {
        // The system refuses to remove a folder that holds something, which is the test we want.
        if fs::remove_dir(path).is_err() {
            return;
        }
        folder = path.parent();
    }
}

/// Makes everything written in a folder's own list of names survive a power loss.
pub fn sync_folder(path: &Path) -> Result<(), DiskError> {
    open(path)?.sync_all().map_err(failed("flush", path))
}

/// Held by one process at a time; released when dropped, or when the process ends.
#[derive(Debug)]
pub struct Lock {
    file: fs::File,
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
    Ok(Lock { file })
}

/// Takes the lock on a file or folder that is there; nothing if another process holds it. Leaves no file behind.
pub fn try_lock(path: &Path) -> Result<Option<Lock>, DiskError> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { file })),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(failed("lock", path)(error)),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn put(path: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> Result<(), DiskError> {
    let folder = folder_of(path);
    create_folder(folder)?;
    let mut temporary = temporary_in(folder).map_err(failed("write", path))?;
    write(temporary.as_file_mut()).map_err(failed("write", path))?;
    temporary.persist(path).map_err(|error| failed("write", path)(error.error))?;
    Ok(())
}

/// The prefix of files that a killed write can leave behind; whoever lists a folder may remove them.
pub const TEMPORARY_PREFIX: &str = ".educa-tmp-";

fn temporary_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX);
    // Pages are read by web servers that run as somebody else; a temporary file is private unless told otherwise.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_the_whole_file_and_leaves_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/er/page.html");
        write(&path, b"first").expect("written");
        write(&path, b"second").expect("written");
        assert_eq!(read(&path).expect("read"), b"second");
        assert_eq!(list_folder(&folder.path().join("deep/er")).expect("listed"), ["page.html"]);
    }

    #[test]
    fn an_error_says_what_was_tried_on_which_path() {
        let error = read(Path::new("/nowhere/page.html")).expect_err("nothing there");
        assert_eq!(error.to_string(), "cannot read /nowhere/page.html: no such file or directory");
        assert!(error.is_missing());
    }

    #[test]
    fn a_new_file_never_replaces_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("course.md");
        write_new(&path, b"mine").expect("written");
        assert!(write_new(&path, b"yours").is_err());
        assert_eq!(read(&path).expect("read"), b"mine");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_tree_is_a_problem_and_not_a_file() {
        let outside = tempfile::tempdir().expect("a folder");
        write(&outside.path().join("secret"), b"x").expect("written");
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("a.md"), b"x").expect("written");
        std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).expect("linked");
        std::os::unix::fs::symlink(folder.path().join("a.md"), folder.path().join("b.md")).expect("linked");
        let (entries, problems) = list_files(folder.path()).expect("listed");
        let names: Vec<_> = entries.iter().filter_map(|entry| entry.path.file_name()).collect();
        assert_eq!(names, ["a.md", "b.md"]);
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

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
