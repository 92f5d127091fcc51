//! Diagnostics: what an author did wrong, where, and what to do about it.
//!
//! A mistake in a course file is data, not an error: a build collects every one of them, goes on, and shows them all,
//! sorted. They are kept with what a build remembers, so that a warning is said again although nothing changed. Nothing here prints; `cli` turns diagnostics into text for people and JSON for programs.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How much a [`Diagnostic`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// The build publishes nothing while one of these stands.
    Error,
    /// Worth mending; the build goes on.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// A stretch of one line in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters are meant; at least 1.
    pub width: usize,
    /// The line itself, without its end.
    pub text: String,
}

/// One mistake: what, where, and what to do.
///
/// The order of the fields is the order in which diagnostics are sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The file, as an author would name it: relative to the school's folder.
    pub path: String,
    /// The place in it, where one line is to blame.
    pub place: Option<Place>,
    /// Whether it stops the build.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake of a whole file.
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), place: None, severity: Severity::Error, message: message.into(), help: None }
    }

    /// The same, but not one that stops the build.
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, message) }
    }

    /// Points at the line to blame.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}:{}:{}: ", self.path, place.line, place.column)?,
            None => write!(f, "{}: ", self.path)?,
        }
        write!(f, "{}: {}", self.severity, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// All mistakes found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No mistakes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one more.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Takes over all of `other`.
    pub fn append(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// Whether any of them stops the build.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many there are of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// By path, line and column, each once: the order a person works through them in, and the same in every run.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.0.sort();
        self.0.dedup();
        self
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A text with its name, so that byte ranges in it can become places that a person finds.
#[derive(Debug, Clone, Copy)]
pub struct SourceText<'a> {
    /// How an author names the file.
    pub path: &'a str,
    /// All of it.
    pub text: &'a str,
}

impl<'a> SourceText<'a> {
    /// An error at a byte range of the text.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.path, message).at(self.place(span))
    }

    /// A warning at a byte range of the text.
    pub fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.path, message).at(self.place(span))
    }

    /// Where a byte range begins, and how far it goes on that line. Ranges that do not fit are pulled inside the text.
    pub fn place(&self, span: Range<usize>) -> Place {
        let start = floor_char(self.text, span.start);
        let end = floor_char(self.text, span.end).max(start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        Place {
            line: self.text[..start].matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: self.text[start..end.min(line_end)].chars().count().max(1),
            text: self.text[line_start..line_end].trim_end_matches('\r').to_owned(),
        }
    }
}

/// The nearest character border at or before `at`.
fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The candidate most like `name`, if one is like enough to be what the author meant.
///
/// "Like enough" is Jaro–Winkler above 0.8, which accepts one slip in a short word and two in a long one.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        // Of two that are equally like it the first by name, whatever order they come in.
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let source = SourceText { path: "a.md", text: "one\nzwölf äpfel\r\nthree" };
        let at = source.text.find("äpfel").expect("it is there");
        let place = source.place(at..at + "äpfel".len());
        assert_eq!(place, Place { line: 2, column: 7, width: 5, text: "zwölf äpfel".into() });
    }

    #[test]
    fn a_range_outside_or_inside_a_character_is_pulled_in() {
        let source = SourceText { path: "a.md", text: "ä" };
        assert_eq!(source.place(1..900).column, 1);
        assert_eq!(source.place(900..901).line, 1);
        let empty = SourceText { path: "a.md", text: "" };
        assert_eq!(empty.place(0..0), Place { line: 1, column: 1, width: 1, text: String::new() });
    }

    #[test]
    fn the_nearest_name_is_offered_only_if_near() {
        assert_eq!(nearest("titel", ["title", "order"]), Some("title"));
        assert_eq!(nearest("zebra", ["title", "order"]), None);
    }

    #[test]
    fn sorting_is_by_path_then_place_and_drops_twins() {
        let mut all = Diagnostics::new();
        let source = SourceText { path: "b.md", text: "x\ny" };
        all.push(source.error(2..3, "second"));
        all.push(source.error(0..1, "first"));
        all.push(Diagnostic::error("a.md", "whole file"));
        all.push(source.error(0..1, "first"));
        let messages: Vec<_> = all.sorted().iter().map(|d| d.message.clone()).collect();
        assert_eq!(messages, ["whole file", "first", "second"]);
    }
}
