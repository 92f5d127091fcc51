//! Flushing: what it takes until a write would survive a power loss.
//!
//! sled's own flush stops short of that in two places, so two steps are added to it:
//!
//! 1. On Linux it calls `sync_file_range`, which leaves the data in the device's cache: the file of records is synced again.
//! 2. A page over 128 KiB goes to a file of its own, which it does not sync at all. Messages of the greatest length can
//!    make such a page, so these files are synced too, each once: they are never written again.

use std::collections::BTreeSet;
use std::path::Path;

use sled::Db;

use super::folder::RECORDS;
use super::trees::reason;
use crate::disk::{self, DiskError};

/// Where sled puts its large pages; next to [`RECORDS`].
const LARGE_PAGES: &str = "blobs";

/// The flush of an open store. Its error is for people; after one, nothing more may be promised.
pub(super) fn to_the_disk(
    path: &Path,
    db: &Db,
) -> Result<impl FnMut() -> Result<(), String> + Send + 'static, DiskError> {
    // One descriptor for good: the system tells each descriptor once of a write that failed after it was opened.
    let records = disk::open(&path.join(RECORDS))?;
    let large_pages = path.join(LARGE_PAGES);
    let mut synced = BTreeSet::new();
    let db = db.clone();
    Ok(move || {
        db.flush().map_err(|error| reason(&error))?;
        sync_new_files(&large_pages, &mut synced).map_err(|error| error.to_string())?;
        records.sync_data().map_err(|error| error.to_string())
    })
}

/// Syncs the files of a folder that are not in `synced`, and brings `synced` up to date.
fn sync_new_files(folder: &Path, synced: &mut BTreeSet<String>) -> Result<(), DiskError> {
    let names = BTreeSet::from_iter(disk::list_folder(folder)?);
    let mut any = false;
    for name in names.difference(synced) {
        let path = folder.join(name);
        match disk::open(&path) {
            Ok(file) => file.sync_all().map_err(|source| DiskError { verb: "flush", path, source })?,
            // sled has done with it already.
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error),
        }
        any = true;
    }
    if any {
        disk::sync_folder(folder)?;
    }
    *synced = names;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_new_file_is_synced_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut synced = BTreeSet::new();
        for names in [&["1"][..], &["1", "2"]] {
            disk::write(&folder.path().join(names[names.len() - 1]), b"page").expect("written");
            sync_new_files(folder.path(), &mut synced).expect("synced");
            assert!(synced.iter().eq(names));
        }
        disk::remove_file(&folder.path().join("1")).expect("removed");
        sync_new_files(folder.path(), &mut synced).expect("synced");
        assert!(synced.iter().eq(["2"]));
    }
}
