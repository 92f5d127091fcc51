//! Single files and folders: read, write, remove.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{DiskError, failed};
use super::stat::Stat;
use crate::digest::{Digest, Hasher};

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

/// The bytes of a file up to its first line's end: what is meant by a file that holds a password.
pub fn read_first_line(path: &Path) -> Result<Vec<u8>, DiskError> {
    let mut bytes = read(path)?;
    bytes.truncate(bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len()));
    Ok(bytes)
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

/// Size and times of a file, if there is one.
pub fn stat(path: &Path) -> Option<Stat> {
    fs::metadata(path).ok().map(|metadata| Stat::of(&metadata))
}

/// A file that is open.
pub type OpenFile = fs::File;

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

/// Writes a file, replacing an old one, that nobody else on this machine may read; it is on the disk when this returns.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    write_pieces(path, |file| file.write_all(bytes).map_err(failed("write", path)))
}

/// Writes a new file that only its owner can read, in a folder that only its owner can look into; it is on the disk
/// when this returns.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let folder = folder_of(path);
    if !is_folder(folder) {
        folder.parent().map_or(Ok(()), create_folder)?;
        create_secret_folder(folder).map_err(failed("create", folder))?;
    }
    let mut temporary = private_temporary_in(folder).map_err(failed("write", path))?;
    temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all()).map_err(failed("write", path))?;
    temporary.persist_noclobber(path).map_err(|error| failed("create", path)(error.error))?;
    sync_folder(folder)
}

/// Its owner's alone from its first byte on: it is given no permissions of its own.
fn private_temporary_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)
}

fn create_secret_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
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

/// Renames a file or a folder, for good.
pub fn rename(from: &Path, to: &Path) -> Result<(), DiskError> {
    fs::rename(from, to).map_err(failed("rename", from))?;
    sync_folder(folder_of(to))
}

/// Removes a folder with all that is in it; it need not be there.
pub fn remove_folder(path: &Path) -> Result<(), DiskError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Leaves a file, or a socket, to its owner alone.
#[cfg(unix)]
pub fn make_private(path: &Path) -> Result<(), DiskError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed("make private", path))
}

/// A file without a name in this folder, for what is needed for a moment only; nobody else can read it.
pub fn scratch(folder: &Path) -> Result<fs::File, DiskError> {
    tempfile::tempfile_in(folder).map_err(failed("make a temporary file in", folder))
}

/// A folder in the system's place for such, for what is needed for a moment only; nobody else can read it, and it is gone
/// when it is dropped.
pub fn scratch_folder() -> Result<tempfile::TempDir, DiskError> {
    tempfile::tempdir().map_err(|source| DiskError { verb: "make a folder in", path: std::env::temp_dir(), source })
}

/// Writes a new file piece by piece: private, whole or absent, and durable.
pub fn write_pieces<E: From<DiskError>>(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), E>,
) -> Result<(), E> {
    create_folder(folder_of(path))?;
    let mut temporary = private_temporary_in(folder_of(path)).map_err(failed("write", path))?;
    write(temporary.as_file_mut())?;
    temporary.as_file().sync_all().map_err(failed("flush", path))?;
    temporary.persist(path).map_err(|error| failed("create", path)(error.error))?;
    Ok(sync_folder(folder_of(path))?)
}

/// Makes everything written in a folder's own list of names survive a power loss.
pub fn sync_folder(path: &Path) -> Result<(), DiskError> {
    open(path)?.sync_all().map_err(failed("flush", path))
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
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
}
