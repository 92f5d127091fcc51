//! What the file system says of a file without its being read.

use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Size, times and place of a file. Two equal ones mean, almost surely, the same bytes: see [`Stat::is_settled`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970 at which the bytes were last changed.
    modified: u64,
    /// The same for the bytes, the name or the rights: no program can set this one.
    changed: u64,
    /// The number of the file: another one if it was replaced.
    inode: u64,
}

impl Stat {
    /// Of a file's metadata.
    pub(super) fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().map_or(0, nanoseconds);
        let (changed, inode) = identity(metadata, modified);
        Self { size: metadata.len(), modified, changed, inode }
    }

    /// Whether the file was last touched before `moment`, the time of another file on the same file system.
    ///
    /// A clock has ticks: a file that is written twice within one keeps its times. So an equal [`Stat`] vouches for the
    /// bytes only if it was taken in a later tick than the one in which the file was written.
    pub fn is_settled(&self, moment: Stat) -> bool {
        self.modified < moment.modified && self.changed < moment.modified
    }

    /// When the bytes were last changed.
    pub fn modified(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.modified)
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(unix)]
fn identity(metadata: &Metadata, _: u64) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    let changed =
        seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(metadata.ctime_nsec()).unwrap_or(0));
    (changed, metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata, modified: u64) -> (u64, u64) {
    (modified, 0)
}
