//! Front matter: the settings at the head of a text, TOML between `+++` lines or YAML between `---` lines.

use std::ops::Range;

use super::text::Head;
use crate::diag::{Diagnostic, Diagnostics, SourceText};
use crate::digest::Digest;
use crate::fields::{Fields, Table, parse_toml, parse_yaml};

/// Which language the settings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fence {
    /// `+++`
    Toml,
    /// `---`
    Yaml,
}

/// Where the two parts of a text lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatter {
    /// The language of the settings.
    pub fence: Fence,
    /// The settings, without the fences.
    pub settings: Range<usize>,
    /// Where the body begins.
    pub body: usize,
}

/// Finds the front matter; nothing if the text does not begin with a fence, an error if it is never closed.
pub fn split(source: SourceText<'_>) -> Result<Option<FrontMatter>, Diagnostic> {
    let (fence, mark) = match source.text {
        text if is_fence(text, "+++") => (Fence::Toml, "+++"),
        text if is_fence(text, "---") => (Fence::Yaml, "---"),
        _ => return Ok(None),
    };
    let start = line_end(source.text, 0);
    let mut at = start;
    while at < source.text.len() {
        if is_fence(&source.text[at..], mark) {
            return Ok(Some(FrontMatter { fence, settings: start..at, body: line_end(source.text, at) }));
        }
        at = line_end(source.text, at);
    }
    let help = format!("close it with a line `{mark}`");
    Err(source.error(0..mark.len(), "the front matter is never closed").help(help))
}

/// Reads the front matter of a file with `read`; returns what it made and where the body begins.
///
/// Nothing if there is no readable front matter, which has then been reported.
pub fn read<T>(
    source: SourceText<'_>,
    diagnostics: &mut Diagnostics,
    read: impl FnOnce(&mut Fields<'_>) -> T,
) -> Option<(T, usize)> {
    let front_matter = match split(source) {
        Ok(Some(front_matter)) => front_matter,
        Ok(None) => {
            let help = "begin the file with settings between two `+++` lines, such as `title = \"…\"`";
            diagnostics.push(source.error(0..1, "the front matter is missing").help(help));
            return None;
        }
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let table = parse(source, &front_matter, diagnostics)?;
    let mut fields = Fields::new(source, front_matter.settings.start, table, diagnostics);
    let value = read(&mut fields);
    fields.finish();
    Some((value, front_matter.body))
}

/// The front matter of a text, parsed; nothing if something is wrong with it, which [`read`] then reports.
pub fn head(source: SourceText<'_>) -> Option<Head> {
    let front_matter = split(source).ok().flatten()?;
    let settings_at = front_matter.settings.start;
    let table = parse(source, &front_matter, &mut Diagnostics::new())?;
    let body = Digest::of(&source.text.as_bytes()[front_matter.body..]);
    Some(Head { table, settings_at, body_at: front_matter.body, body })
}

fn parse(source: SourceText<'_>, front_matter: &FrontMatter, diagnostics: &mut Diagnostics) -> Option<Table> {
    let settings = &source.text[front_matter.settings.clone()];
    let parsed = match front_matter.fence {
        Fence::Toml => parse_toml(settings),
        Fence::Yaml => parse_yaml(settings),
    };
    match parsed {
        Ok(table) => Some(table),
        Err(errors) => {
            let offset = front_matter.settings.start;
            let help = match front_matter.fence {
                Fence::Toml => "between `+++` lines, write `key = value`; texts stand in quotes",
                Fence::Yaml => "between `---` lines, write `key: value`; put a text that holds `: ` in quotes",
            };
            for error in errors {
                let span = error.span.start + offset..error.span.end + offset;
                diagnostics.push(source.error(span, error.message).help(help));
            }
            None
        }
    }
}

/// Whether the text's first line is the fence and nothing else.
fn is_fence(text: &str, mark: &str) -> bool {
    text.lines().next().is_some_and(|line| line.trim_end() == mark)
}

/// Where the line that begins at `at` ends, its line end included.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(Fence, &str, &str)> {
        let found = split(SourceText { path: "a.md", text }).expect("closed")?;
        Some((found.fence, &text[found.settings], &text[found.body..]))
    }

    #[test]
    fn both_languages_and_both_line_ends() {
        assert_eq!(parts("+++\na = 1\n+++\nbody"), Some((Fence::Toml, "a = 1\n", "body")));
        assert_eq!(parts("---\r\na: 1\r\n---\r\nbody"), Some((Fence::Yaml, "a: 1\r\n", "body")));
        assert_eq!(parts("+++\n+++"), Some((Fence::Toml, "", "")));
        assert_eq!(parts("---- \nbody"), None);
        assert_eq!(parts("body"), None);
    }

    #[test]
    fn an_open_fence_is_an_error_at_its_line() {
        let error = split(SourceText { path: "a.md", text: "+++\na = 1\n" }).expect_err("open");
        assert_eq!(error.to_string(), "a.md:1:1: error: the front matter is never closed (close it with a line `+++`)");
    }
}
