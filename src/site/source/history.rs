//! When a file was first and last committed, for authors who do not write dates themselves.
//!
//! One run of `git log` for the whole content folder. Where there is no git, or it refuses, the answer is "unknown" and
//! the file's own time is used instead.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::disk::{self, Stat};

/// Commit times by path relative to the content folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Which commit was asked for, and where the content folder lies in the repository.
    head: String,
    times: HashMap<String, Times>,
}

/// The commit times of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The oldest commit.
    pub created: Timestamp,
    /// The newest commit.
    pub updated: Timestamp,
}

/// Git's answer, and the files by which one sees without asking that it would still be the same: to start a program
/// takes a preview longer than to read a lesson.
#[derive(Debug, Default)]
pub struct Repository {
    /// The answer.
    pub history: Arc<History>,
    /// Files that are written with every commit and checkout, as they looked before git was asked.
    signs: Vec<(PathBuf, Option<Stat>)>,
    /// The same files, as far as they are known, for the next time.
    places: Vec<PathBuf>,
}

impl Repository {
    /// What an earlier process was told.
    pub fn remembered(history: History) -> Self {
        Self { history: Arc::new(history), ..Self::default() }
    }

    /// Asks git; `trusts` the signs instead, if there are any.
    pub fn ask(&mut self, content: &Path, trusts: bool) {
        let seen = |path: &PathBuf| (path.clone(), disk::stat(path));
        let signs: Vec<_> = self.places.iter().map(seen).collect();
        if trusts && !signs.is_empty() && signs == self.signs {
            return;
        }
        self.history = History::read(content, &self.history);
        if self.places.is_empty() || signs != self.signs {
            self.places = places(content).unwrap_or_default();
        }
        self.signs = signs;
    }
}

/// `HEAD` and the log of its moves, if git keeps one; where there is no repository, the places where one would begin.
fn places(content: &Path) -> Option<Vec<PathBuf>> {
    let content = disk::canonical(content).ok()?;
    match git(&content, &["rev-parse", "--git-path", "HEAD", "--git-path", "logs/HEAD"]) {
        Some(paths) => {
            let paths: Vec<_> = paths.lines().map(|path| content.join(path)).collect();
            paths.iter().all(|path| disk::exists(path)).then_some(paths)
        }
        None if std::env::var_os("GIT_DIR").is_some() => None,
        None => Some(content.ancestors().map(|folder| folder.join(".git")).collect()),
    }
}

impl History {
    /// Asks git; only for the newest commit if that is the one of the last answer.
    fn read(content: &Path, last: &Arc<Self>) -> Arc<Self> {
        let Some(head) = git(content, &["rev-parse", "HEAD", "--show-prefix"]) else { return Arc::default() };
        if head == last.head {
            return last.clone();
        }
        let log = ["log", "--no-show-signature", "--no-ext-diff", "--no-renames", "-z"];
        let log = [&log[..], &["--format=%x01%ct", "--name-only", "--relative", "--", "."]].concat();
        let times = git(content, &log).map(|log| Self::parse(&log)).unwrap_or_default();
        Arc::new(Self { head, times })
    }

    /// Its identity.
    pub fn digest(&self) -> Digest {
        Digest::of(self.head.as_bytes())
    }

    /// Reads `\x01<seconds>` followed by the paths of that commit, newest commit first.
    fn parse(log: &str) -> HashMap<String, Times> {
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
        times
    }

    /// The times of a file, if it was ever committed.
    pub fn of(&self, path: &str) -> Option<Times> {
        self.times.get(path).copied()
    }
}

/// What git answers; nothing if there is no git, no repository, or it refuses.
fn git(content: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(content)
        // A repository's own settings must not run programs of its choice (fsmonitor, pagers, signature checks).
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager"])
        .args(arguments)
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_commit_count() {
        let log = "\u{1}200\0\na.md\0b.md\0\u{1}100\0\na.md\0";
        let history = History { head: String::new(), times: History::parse(log) };
        let seconds = |path| history.of(path).map(|times| (times.created.as_second(), times.updated.as_second()));
        assert_eq!(seconds("a.md"), Some((100, 200)));
        assert_eq!(seconds("b.md"), Some((200, 200)));
        assert_eq!(seconds("c.md"), None);
    }
}
