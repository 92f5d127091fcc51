//! The folder that a store lies in: who has it, whether it is ours, and in which format.
//!
//! All of this is settled before sled may look, because sled writes when it opens: a folder that is somebody else's, or
//! of a newer educa, is left as it is to the last byte. The file `format` says whose it is:
//!
//! 1. `educa store, format 4, unfinished` is written first, into an empty folder;
//! 2. the trees are made and flushed;
//! 3. `educa store, format 4` takes its place. A store that says this and has no records has lost them.

use std::path::Path;

use super::open_error::OpenError;
use crate::disk::{self, DiskError, Lock};

/// The format that this version writes, and the newest it can read. Earlier ones are migrated.
pub(super) const FORMAT: u64 = 5;

/// The file in which sled keeps the records.
pub(super) const RECORDS: &str = "db";

const MARKER: &str = "format";
const MARKER_WORDS: &str = "educa store, format ";
const UNFINISHED: &str = ", unfinished";

/// Makes the folder if need be, and holds it against every other process until the lock is dropped.
///
/// The lock is on the folder itself: nothing is written that somebody might have to clean up after a crash.
pub(super) fn lock(path: &Path) -> Result<Lock, OpenError> {
    make(path)?;
    disk::try_lock(path)?.ok_or_else(|| OpenError::InUse { path: path.to_owned() })
}

/// Makes the folder and those above it, for good and private. One that is there keeps what its owner chose.
fn make(path: &Path) -> Result<(), DiskError> {
    let is_new = |path: &&Path| !path.as_os_str().is_empty() && !disk::exists(path);
    let new: Vec<&Path> = path.ancestors().take_while(is_new).collect();
    disk::create_folder(path)?;
    // A folder whose name is lost in a power failure is lost with everything that was made durable inside.
    for folder in &new {
        disk::sync_folder(above(folder))?;
    }
    if new.is_empty() { Ok(()) } else { make_private(path) }
}

fn above(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Password hashes are nobody else's business.
#[cfg(unix)]
fn make_private(path: &Path) -> Result<(), DiskError> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = disk::open(path)?;
    let made = folder.metadata().and_then(|metadata| {
        let mut permissions = metadata.permissions();
        permissions.set_mode(0o700);
        folder.set_permissions(permissions)
    });
    made.map_err(|source| DiskError { verb: "make private", path: path.to_owned(), source })
}

/// Elsewhere a new folder has the permissions of the one above it.
#[cfg(not(unix))]
fn make_private(_path: &Path) -> Result<(), DiskError> {
    Ok(())
}

/// How far the store in a folder has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing was stored yet.
    Unfinished,
    /// There are records.
    Finished,
}

/// Finds out whether the folder holds a store that this version can open; begins one if the folder is empty.
pub(super) fn inspect(path: &Path) -> Result<Stage, OpenError> {
    let Some(marker) = disk::read_if_there(&path.join(MARKER))? else {
        if let Some(name) = disk::list_folder(path)?.iter().find(|name| !is_harmless(name)) {
            let reason = format!("it holds {name}, and no file {MARKER}");
            return Err(OpenError::NotAStore { path: path.to_owned(), reason });
        }
        write_marker(path, Stage::Unfinished)?;
        return Ok(Stage::Unfinished);
    };
    let (format, stage) = parse_marker(&marker).ok_or_else(|| OpenError::NotAStore {
        path: path.to_owned(),
        reason: format!("its file {MARKER} is not one of educa's"),
    })?;
    check_format(path, format)?;
    if stage == Stage::Finished && is_without_records(path)? {
        let reason = format!("its file {RECORDS} is missing or empty");
        return Err(OpenError::Damaged { path: path.to_owned(), reason });
    }
    Ok(stage)
}

/// Refuses formats of a newer educa, and those that never were.
pub(super) fn check_format(path: &Path, format: u64) -> Result<(), OpenError> {
    match format {
        1..=FORMAT => Ok(()),
        0 => Err(OpenError::Damaged { path: path.to_owned(), reason: "its format 0 never existed".into() }),
        found => Err(OpenError::Newer { path: path.to_owned(), found, known: FORMAT }),
    }
}

/// Says in the folder how far the store has come, for good.
pub(super) fn write_marker(path: &Path, stage: Stage) -> Result<(), OpenError> {
    let marker = path.join(MARKER);
    let stage = if stage == Stage::Unfinished { UNFINISHED } else { "" };
    disk::write(&marker, format!("{MARKER_WORDS}{FORMAT}{stage}\n").as_bytes())?;
    let file = disk::open(&marker)?;
    file.sync_all().map_err(|source| DiskError { verb: "flush", path: marker, source })?;
    disk::sync_folder(path)?;
    Ok(())
}

/// Removes what a crash left half written: a torn snapshot would be taken for the newest, and sled refuse to open.
///
/// Only for who holds the lock: in a store that is open such a file may be on its way.
pub(super) fn remove_torn(path: &Path) -> Result<(), OpenError> {
    for name in disk::list_folder(path)? {
        let is_snapshot = name.starts_with("snap.") && name.ends_with(".generating");
        if is_snapshot || name.starts_with(disk::TEMPORARY_PREFIX) {
            disk::remove_file(&path.join(name))?;
        }
    }
    Ok(())
}

/// The format and the stage; nothing if no educa wrote this.
fn parse_marker(bytes: &[u8]) -> Option<(u64, Stage)> {
    if bytes.is_empty() {
        // A power loss can leave the name without the words. The stage is then only not known to be finished, and an
        // unfinished store is completed, never begun again.
        return Some((FORMAT, Stage::Unfinished));
    }
    let words = std::str::from_utf8(bytes).ok()?.trim_end().strip_prefix(MARKER_WORDS)?;
    let n_digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let (format, rest) = words.split_at(n_digits);
    let stage = if rest == UNFINISHED { Stage::Unfinished } else { Stage::Finished };
    Some((format.parse().ok()?, stage))
}

/// What may lie in a folder that counts as empty: hidden files, and what ext4 puts into the top folder of a volume.
fn is_harmless(name: &str) -> bool {
    name.starts_with('.') || name == "lost+found"
}

fn is_without_records(path: &Path) -> Result<bool, DiskError> {
    let path = path.join(RECORDS);
    match disk::open(&path) {
        Err(error) if error.is_missing() => Ok(true),
        Err(error) => Err(error),
        Ok(file) => match file.metadata() {
            Ok(metadata) => Ok(metadata.len() == 0),
            Err(source) => Err(DiskError { verb: "read", path, source }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_goes_there_and_back() {
        let folder = tempfile::tempdir().expect("a folder");
        for stage in [Stage::Unfinished, Stage::Finished] {
            write_marker(folder.path(), stage).expect("written");
            let bytes = disk::read(&folder.path().join(MARKER)).expect("read");
            assert_eq!(parse_marker(&bytes), Some((FORMAT, stage)));
        }
    }

    #[test]
    fn markers_of_others_and_of_the_future() {
        assert_eq!(parse_marker(b"educa store, format 12, sharded\n"), Some((12, Stage::Finished)));
        assert_eq!(parse_marker(b""), Some((FORMAT, Stage::Unfinished)));
        for bytes in [&b"educa store, format \n"[..], b"educa store, format x", b"[format]", b"\xff\xfe"] {
            assert_eq!(parse_marker(bytes), None, "{bytes:?}");
        }
        assert_eq!(parse_marker(b"educa store, format 99999999999999999999"), None);
    }

    #[test]
    fn a_folder_is_taken_once_and_given_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/er");
        let taken = lock(&path).expect("free");
        assert!(matches!(lock(&path), Err(OpenError::InUse { .. })));
        drop(taken);
        lock(&path).expect("free again");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_folder_is_private_and_an_old_one_is_left_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| {
            let metadata = disk::open(path).expect("open").metadata();
            metadata.expect("known").permissions().mode() & 0o777
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new");
        lock(&path).expect("free");
        assert_eq!(mode(&path), 0o700);
        let old = folder.path().join("old");
        disk::create_folder(&old).expect("made");
        let before = mode(&old);
        lock(&old).expect("free");
        assert_eq!(mode(&old), before);
    }

    #[test]
    fn a_folder_of_somebody_else_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        disk::write(&folder.path().join("db"), b"theirs").expect("written");
        assert!(matches!(inspect(folder.path()), Err(OpenError::NotAStore { .. })));
        assert_eq!(disk::list_folder(folder.path()).expect("listed"), ["db"]);
    }

    #[test]
    fn records_that_are_gone_are_not_begun_again() {
        let folder = tempfile::tempdir().expect("a folder");
        write_marker(folder.path(), Stage::Finished).expect("written");
        assert!(matches!(inspect(folder.path()), Err(OpenError::Damaged { .. })));
        disk::write(&folder.path().join(RECORDS), b"").expect("written");
        assert!(matches!(inspect(folder.path()), Err(OpenError::Damaged { .. })));
    }
}
