//! What the terminal says of a build: one line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::batch::Changed;
use crate::cli::report::{counted, summary};
use crate::diag::Diagnostics;
use crate::site::Published;

/// `built in 12 ms: 3 files written, 1 removed (content/maths/a.md and 2 more)`
pub fn built(took: Duration, published: &Published, changed: &Changed, root: &Path) -> String {
    let removed = match published.removed {
        0 => String::new(),
        n => format!(", {n} removed"),
    };
    let written = counted(published.written, "file");
    format!("built in {} ms: {written} written{removed}{}", took.as_millis(), because(changed, root))
}

/// What stands in the way of a build.
pub fn not_built(problems: &Diagnostics, is_served: bool) -> String {
    let mistakes = summary(problems).unwrap_or_default();
    let rest =
        if is_served { "the last good build is still served" } else { "nothing is served before they are mended" };
    format!("not built: {mistakes}; {rest}")
}

/// The line with the time of day before it.
pub fn stamped(now: Timestamp, line: &str) -> String {
    format!("{} {line}", now.to_zoned(TimeZone::system()).strftime("%H:%M:%S"))
}

fn because(changed: &Changed, root: &Path) -> String {
    let Changed::Paths(paths) = changed else { return String::new() };
    let shown = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).display().to_string();
    match (paths.first().map(shown), paths.len()) {
        (None, _) => String::new(),
        (Some(first), 1) => format!(" ({first})"),
        (Some(first), n) => format!(" ({first} and {} more)", n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;

    #[test]
    fn a_build_is_one_line() {
        let published = Published { written: 3, kept: 5, removed: 0, bytes: 10 };
        let paths = |paths: &[&str]| Changed::Paths(paths.iter().map(PathBuf::from).collect());
        let line = |changed| built(Duration::from_micros(12_300), &published, &changed, Path::new("/school"));
        assert_eq!(line(paths(&["/school/content/a.md"])), "built in 12 ms: 3 files written (content/a.md)");
        let several = line(paths(&["/school/content/a.md", "/school/content/b.md", "/elsewhere/c.md"]));
        assert_eq!(several, "built in 12 ms: 3 files written (/elsewhere/c.md and 2 more)");
        assert_eq!(line(Changed::Unknown), "built in 12 ms: 3 files written");
        let problems = Diagnostic::error("a.md", "wrong").into();
        assert_eq!(not_built(&problems, true), "not built: 1 error; the last good build is still served");
    }
}
