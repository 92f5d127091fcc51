//! Looking instead of being told: compares size and time of every file, again and again.
//!
//! `notify` has a watcher of this kind, but it compares times to the second and sees only younger ones: two saves within
//! a second would be one, and a file replaced by an older one none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use super::places::Places;
use crate::disk;

/// Looks until it is dropped.
pub struct Poll {
    _stop: mpsc::Sender<()>,
}

type Seen = BTreeMap<PathBuf, (SystemTime, u64)>;

impl Poll {
    /// Looks now, and tells from then on what differs. Returns once it has looked for the first time.
    pub fn start(places: Places, every: Duration, tell: impl Fn(Vec<PathBuf>) + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel();
        let mut seen = look(&places);
        std::thread::spawn(move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let now = look(&places);
                let paths = differences(&seen, &now);
                if !paths.is_empty() {
                    tell(paths);
                }
                seen = now;
            }
        });
        Self { _stop: stop }
    }
}

fn look(places: &Places) -> Seen {
    let mut seen = Seen::new();
    for folder in places.folders() {
        let Ok((entries, _)) = disk::list_files(folder) else { continue };
        let entries = entries.into_iter().filter(|entry| places.concerns(&entry.path));
        seen.extend(entries.map(|entry| (entry.path, (entry.modified, entry.size))));
    }
    let settings: &Path = &places.settings;
    if let Ok(modified) = disk::modified(settings) {
        seen.insert(settings.to_owned(), (modified, 0));
    }
    seen
}

/// What came, went or changed.
fn differences(before: &Seen, after: &Seen) -> Vec<PathBuf> {
    let changed = after.iter().filter(|(path, seen)| before.get(*path) != Some(seen));
    let gone = before.iter().filter(|(path, _)| !after.contains_key(*path));
    changed.chain(gone).map(|(path, _)| path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_files_and_other_sizes_are_changes_too() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let seen = |files: &[(&str, u64, u64)]| -> Seen {
            files.iter().map(|(path, seconds, size)| (path.into(), (at(*seconds), *size))).collect()
        };
        let before = seen(&[("same", 5, 1), ("older", 5, 1), ("larger", 5, 1), ("gone", 5, 1)]);
        let after = seen(&[("same", 5, 1), ("older", 4, 1), ("larger", 5, 2), ("new", 1, 1)]);
        let paths = differences(&before, &after);
        assert_eq!(paths, ["larger", "new", "older", "gone"].map(PathBuf::from));
    }
}
