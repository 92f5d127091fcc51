//! When a file was first and last committed, for authors who do not write dates themselves.
//!
//! One run of `git log` for the whole content folder. Where there is no git, or it refuses, the answer is "unknown" and
//! the file's own time is used instead.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;

/// Commit times by path relative to the content folder.
#[derive(Debug, Default)]
pub struct History(HashMap<String, Times>);

/// The commit times of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// The oldest commit.
    pub created: Timestamp,
    /// The newest commit.
    pub updated: Timestamp,
}

impl History {
    /// Asks git.
    pub fn read(content: &Path) -> Self {
        let output = Command::new("git")
            .arg("-C")
            .arg(content)
            // A repository's own settings must not run programs of its choice (fsmonitor, pagers, signature checks).
            .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager"])
            .args(["log", "--no-show-signature", "--no-ext-diff", "--no-renames", "-z"])
            .args(["--format=%x01%ct", "--name-only", "--relative", "--", "."])
            .output();
        match output {
            Ok(output) if output.status.success() => Self::parse(&String::from_utf8_lossy(&output.stdout)),
            _ => Self::default(),
        }
    }

    /// Reads `\x01<seconds>` followed by the paths of that commit, newest commit first.
    fn parse(log: &str) -> Self {
        let mut times = HashMap::new();
        for commit in log.split('\u{1}').skip(1) {
            let mut parts = commit.split('\0').map(str::trim);
            let seconds = parts.next().and_then(|text| text.parse().ok());
            let Some(at) = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) else { continue };
            for path in parts.filter(|path| !path.is_empty()) {
                let entry = times.entry(path.to_owned()).or_insert(Times { created: at, updated: at });
                entry.created = entry.created.min(at);
                entry.updated = entry.updated.max(at);
            }
        }
        Self(times)
    }

    /// The times of a file, if it was ever committed.
    pub fn of(&self, path: &str) -> Option<Times> {
        self.0.get(path).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_commit_count() {
        let log = "\u{1}200\0\na.md\0b.md\0\u{1}100\0\na.md\0";
        let history = History::parse(log);
        let seconds = |path| history.of(path).map(|times| (times.created.as_second(), times.updated.as_second()));
        assert_eq!(seconds("a.md"), Some((100, 200)));
        assert_eq!(seconds("b.md"), Some((200, 200)));
        assert_eq!(seconds("c.md"), None);
    }
}
