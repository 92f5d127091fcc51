//! Many events, one build: collects what changes until it is quiet for a moment.
//!
//! An editor that saves makes several events, a `git checkout` thousands. A build begins after [`QUIET`] without any and
//! with no file open that is being written, or after [`LONGEST`] in all; what happens during a build is for the next one.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long nothing must happen. An editor's own events are a thousandth of a second apart, and a file that it still
/// writes is waited for besides.
pub const QUIET: Duration = Duration::from_millis(5);

/// How long a build waits at most.
pub const LONGEST: Duration = Duration::from_millis(250);

/// With more paths than this it is no cheaper to look at each than at everything.
const MANY: usize = 1_000;

/// What changed since the last build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// These files and folders; of a folder, anything below it.
    Paths(BTreeSet<PathBuf>),
    /// Anything.
    Unknown,
}

impl Changed {
    /// Nothing yet.
    pub fn nothing() -> Self {
        Self::Paths(BTreeSet::new())
    }

    /// Adds what else changed.
    pub fn add(&mut self, more: Self) {
        match (&mut *self, more) {
            (Self::Paths(paths), Self::Paths(more)) if paths.len() + more.len() <= MANY => paths.extend(more),
            (Self::Unknown, _) => {}
            _ => *self = Self::Unknown,
        }
    }

    /// Whether a path may be among it.
    pub fn may_be(&self, path: &std::path::Path) -> bool {
        match self {
            Self::Paths(paths) => paths.contains(path),
            Self::Unknown => true,
        }
    }
}

/// A batch that is being collected.
#[derive(Debug)]
pub struct Batch {
    /// What is in it.
    pub changed: Changed,
    /// Files that were written to and not closed yet, where the system tells. Most editors empty a file before they
    /// write it: a build in between would find it empty.
    unfinished: BTreeSet<PathBuf>,
    first: Instant,
    last: Instant,
}

impl Batch {
    /// Begins with something that just happened.
    pub fn new(changed: Changed, now: Instant) -> Self {
        Self { changed, unfinished: BTreeSet::new(), first: now, last: now }
    }

    /// These files are being written.
    pub fn begin(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.unfinished.extend(paths);
    }

    /// These files are closed.
    pub fn finish<'a>(&mut self, paths: impl IntoIterator<Item = &'a PathBuf>) {
        for path in paths {
            self.unfinished.remove(path);
        }
    }

    /// Something else happened.
    pub fn add(&mut self, changed: Changed, now: Instant) {
        self.changed.add(changed);
        self.last = now;
    }

    /// How much longer to wait; nothing if it is time to build.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        let longest = self.first + LONGEST;
        let until = if self.unfinished.is_empty() { (self.last + QUIET).min(longest) } else { longest };
        until.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str) -> Changed {
        Changed::Paths([path.into()].into())
    }

    #[test]
    fn a_build_waits_for_quiet_but_not_for_ever() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut batch = Batch::new(one("a"), start);
        assert_eq!(batch.wait(after(2)), Some(Duration::from_millis(3)));
        batch.add(one("b"), after(4));
        assert_eq!(batch.wait(after(6)), Some(Duration::from_millis(3)));
        assert_eq!(batch.wait(after(9)), None);
        for ms in 5..300 {
            batch.add(one("b"), after(ms));
        }
        assert_eq!(batch.wait(after(248)), Some(Duration::from_millis(2)));
        assert_eq!(batch.wait(after(250)), None);
        assert_eq!(batch.changed, Changed::Paths(["a".into(), "b".into()].into()));
    }

    #[test]
    fn a_file_that_is_being_written_is_waited_for() {
        let start = Instant::now();
        let mut batch = Batch::new(one("a"), start);
        batch.begin(["a".into()]);
        assert_eq!(batch.wait(start + QUIET), Some(LONGEST - QUIET));
        batch.finish(&["a".into()]);
        assert_eq!(batch.wait(start + QUIET), None);
    }

    #[test]
    fn too_many_paths_are_anything() {
        let mut changed = Changed::nothing();
        for n in 0..MANY {
            changed.add(one(&n.to_string()));
        }
        assert!(matches!(&changed, Changed::Paths(paths) if paths.len() == MANY));
        changed.add(one("one more"));
        assert_eq!(changed, Changed::Unknown);
        changed.add(one("a"));
        assert_eq!(changed, Changed::Unknown);
        assert!(changed.may_be(std::path::Path::new("x")));
    }
}
