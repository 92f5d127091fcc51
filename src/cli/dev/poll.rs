//! Looking instead of being told: compares what the system says of every file, again and again.
//!
//! `notify` has a watcher of this kind, but it compares times to the second and sees only younger ones: two saves within
//! a second would be one, and a file replaced by an older one none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::places::Places;
use crate::disk::{self, Stat};

/// Looks until it is dropped.
pub struct Poll {
    _stop: mpsc::Sender<()>,
}

type Seen = BTreeMap<PathBuf, Stat>;

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
        seen.extend(entries.map(|entry| (entry.path, entry.stat)));
    }
    let settings: &Path = &places.settings;
    if let Some(stat) = disk::stat(settings) {
        seen.insert(settings.to_owned(), stat);
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
    fn what_came_went_or_changed_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let stat = |name: &str, text: &str| {
            disk::write(&folder.path().join(name), text.as_bytes()).expect("written");
            disk::stat(&folder.path().join(name)).expect("it is there")
        };
        let same = stat("same", "x");
        let before = Seen::from([("same".into(), same), ("larger".into(), stat("larger", "x")), ("gone".into(), same)]);
        let after = Seen::from([("same".into(), same), ("larger".into(), stat("larger", "xy")), ("new".into(), same)]);
        assert_eq!(differences(&before, &after), ["larger", "new", "gone"].map(PathBuf::from));
    }
}
