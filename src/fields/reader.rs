//! [`Fields`]: takes settings out of a [`Table`] by name and type.

use std::ops::Range;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::value::{Entry, Node, Table, Value};
use crate::diag::{Diagnostics, SourceText, nearest};

/// Reads a table key by key. Each method asks for one key; [`Fields::finish`] reports those nobody asked for.
///
/// A wrong value is reported and then treated as absent, so that one mistake is said once.
pub struct Fields<'a> {
    source: SourceText<'a>,
    /// Where the table's text begins in the source: front matter does not begin at byte 0.
    offset: usize,
    entries: Vec<Entry>,
    asked: Vec<&'static str>,
    untyped: bool,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Fields<'a> {
    /// Reads `table`, which stands at byte `offset` of `source`.
    pub fn new(source: SourceText<'a>, offset: usize, table: Table, diagnostics: &'a mut Diagnostics) -> Self {
        Self { source, offset, entries: table.entries, asked: Vec::new(), untyped: false, diagnostics }
    }

    /// Takes numbers and the like as texts where a text is asked for: a source without types, such as the environment,
    /// cannot say that the title "2027" is one.
    #[must_use]
    pub fn untyped(self) -> Self {
        Self { untyped: true, ..self }
    }

    /// A text, if given. An empty one counts as a mistake.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.spanned_text(key).map(|(text, _)| text)
    }

    /// A text with its byte range in the source, for further checks.
    pub fn spanned_text(&mut self, key: &'static str) -> Option<(String, Range<usize>)> {
        let node = self.take(key)?;
        let span = self.span(&node);
        match node.value {
            Value::Text(text) if text.trim().is_empty() => {
                self.wrong(span, format!("`{key}` is empty"), "write a value, or remove the line");
                None
            }
            Value::Text(text) => Some((text.trim().to_owned(), span)),
            Value::Boolean(_) | Value::Integer(_) if self.untyped => {
                Some((self.source.text[span.clone()].to_owned(), span))
            }
            other => self.not(key, "a text", &other, span),
        }
    }

    /// A text that must be there.
    pub fn required_text(&mut self, key: &'static str) -> Option<String> {
        if !self.has(key) {
            self.asked.push(key);
            self.missing(key, &format!("add `{key} = \"…\"` to the front matter"));
            return None;
        }
        self.text(key)
    }

    /// A whole number from 0 up.
    pub fn number(&mut self, key: &'static str) -> Option<(u32, Range<usize>)> {
        let node = self.take(key)?;
        let span = self.span(&node);
        match node.value {
            Value::Integer(number) => match u32::try_from(number) {
                Ok(number) => Some((number, span)),
                Err(_) => {
                    let help = format!("write a whole number from 0 to {}", u32::MAX);
                    self.wrong(span, format!("`{key}` is out of range"), &help);
                    None
                }
            },
            other => self.not(key, "a whole number", &other, span),
        }
    }

    /// `true` or `false`; false if absent.
    pub fn flag(&mut self, key: &'static str) -> bool {
        self.optional_flag(key).unwrap_or(false)
    }

    /// `true` or `false`, if given.
    pub fn optional_flag(&mut self, key: &'static str) -> Option<bool> {
        let node = self.take(key)?;
        let span = self.span(&node);
        match node.value {
            Value::Boolean(flag) => Some(flag),
            other => self.not(key, "true or false", &other, span),
        }
    }

    /// A list of texts; empty if absent.
    pub fn texts(&mut self, key: &'static str) -> Vec<(String, Range<usize>)> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let span = self.span(&node);
        let Value::List(items) = node.value else {
            self.not::<()>(key, "a list of texts", &node.value, span);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            let span = self.span(&item);
            match item.value {
                Value::Text(text) => texts.push((text, span)),
                other => {
                    self.not::<()>(key, "a list of texts", &other, span);
                }
            }
        }
        texts
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        self.spanned_choice(key, choices).map(|(choice, _)| choice)
    }

    /// The same with its byte range in the source, for further checks.
    pub fn spanned_choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<(T, Range<usize>)> {
        let (word, span) = self.spanned_text(key)?;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
            return Some((*choice, span));
        }
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        self.wrong(span, format!("`{key}` cannot be \"{word}\""), &format!("use {}", names.join(" or ")));
        None
    }

    /// A text that has a rule, such as a slug or a language tag.
    pub fn parsed<T: FromStr<Err: std::fmt::Display>>(&mut self, key: &'static str) -> Option<(T, Range<usize>)> {
        let (text, span) = self.spanned_text(key)?;
        match text.parse() {
            Ok(value) => Some((value, span)),
            Err(error) => {
                self.wrong(span, format!("`{key}` cannot be \"{text}\""), &error.to_string());
                None
            }
        }
    }

    /// A point in time: a date (midnight UTC), or a date and time with its offset.
    pub fn time(&mut self, key: &'static str) -> Option<Timestamp> {
        self.spanned_time(key).map(|(time, _)| time)
    }

    /// The same with its byte range in the source, for further checks.
    pub fn spanned_time(&mut self, key: &'static str) -> Option<(Timestamp, Range<usize>)> {
        self.read_time(key, timestamp)
    }

    /// The end of something: as [`Fields::spanned_time`], but a date without a time of day means all of that day.
    pub fn spanned_end(&mut self, key: &'static str) -> Option<(Timestamp, Range<usize>)> {
        let end = |text: &str| {
            let time = timestamp(text)?;
            if text.len() > DAY.len() { Some(time) } else { time.checked_add(SignedDuration::from_hours(24)).ok() }
        };
        self.read_time(key, end)
    }

    fn read_time(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Option<Timestamp>,
    ) -> Option<(Timestamp, Range<usize>)> {
        let node = self.take(key)?;
        let span = self.span(&node);
        let (Value::Text(text) | Value::Time(text)) = &node.value else {
            return self.not(key, "a date", &node.value, span);
        };
        let Some(time) = read(text) else {
            self.wrong(span, format!("`{key}` is not a date"), DATE_HELP);
            return None;
        };
        Some((time, span))
    }

    /// A table in this table, read by `read`.
    pub fn table<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Fields<'_>) -> T) -> Option<T> {
        let node = self.take(key)?;
        let span = self.span(&node);
        let Value::Table(table) = node.value else { return self.not(key, "a table", &node.value, span) };
        let mut fields = Fields::new(self.source, self.offset, table, self.diagnostics);
        fields.untyped = self.untyped;
        let value = read(&mut fields);
        fields.finish();
        Some(value)
    }

    /// Whether a key is there and not yet taken.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// All keys not yet taken with their texts and where these stand, for tables whose keys the author chooses.
    pub fn remaining_texts(&mut self) -> Vec<(String, String, Range<usize>)> {
        let mut texts = Vec::new();
        for entry in std::mem::take(&mut self.entries) {
            let span = self.span(&entry.node);
            match entry.node.value {
                Value::Text(text) => texts.push((entry.key, text, span)),
                other => {
                    self.not::<()>(&entry.key, "a text", &other, span);
                }
            }
        }
        texts
    }

    /// Notes a mistake at a byte range of the source.
    pub fn wrong(&mut self, span: Range<usize>, message: impl Into<String>, help: &str) {
        let diagnostic = self.source.error(span, message).help(help);
        self.diagnostics.push(diagnostic);
    }

    /// Notes something that may be meant, but hardly so, at a byte range of the source.
    pub fn doubtful(&mut self, span: Range<usize>, message: impl Into<String>, help: &str) {
        let diagnostic = self.source.warning(span, message).help(help);
        self.diagnostics.push(diagnostic);
    }

    /// Notes that a key is missing, at the first line of the table.
    pub fn missing(&mut self, key: &str, help: &str) {
        let at = self.offset..self.offset;
        self.wrong(at, format!("`{key}` is missing"), help);
    }

    /// Notes that a key holds a password, at the first line of the table: its own line shall not be shown.
    pub fn misplaced(&mut self, key: &str, help: &str) {
        let at = self.offset..self.offset;
        self.wrong(at, format!("`{key}` holds a password, which does not belong here"), help);
    }

    /// Notes what is wrong with a text that may hold a password, at the first line of the table.
    pub fn secret(&mut self, message: &str, help: &str) {
        let at = self.offset..self.offset;
        self.wrong(at, message, help);
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        for entry in &self.entries {
            let span = entry.key_span.start + self.offset..entry.key_span.end + self.offset;
            let help = match nearest(&entry.key, self.asked.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("known keys are {}", self.asked.join(", ")),
            };
            self.diagnostics.push(self.source.error(span, format!("unknown key `{}`", entry.key)).help(help));
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Node> {
        self.asked.push(key);
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).node)
    }

    fn span(&self, node: &Node) -> Range<usize> {
        node.span.start + self.offset..node.span.end + self.offset
    }

    fn not<T>(&mut self, key: &str, expected: &str, found: &Value, span: Range<usize>) -> Option<T> {
        let help = match expected {
            "a text" => "put it in quotes".to_owned(),
            "a whole number" => "write digits only, without quotes".to_owned(),
            "true or false" => "write `true` or `false`, without quotes".to_owned(),
            "a list of texts" => "write [\"one\", \"two\"]".to_owned(),
            "a table" => format!("write its settings under a line `[{key}]`"),
            _ => DATE_HELP.to_owned(),
        };
        self.wrong(span, format!("`{key}` must be {expected}, not {}", found.kind()), &help);
        None
    }
}

const DATE_HELP: &str = "write 2026-02-05, or 2026-02-05T12:00:00Z with an offset from UTC";

/// How long a date without a time of day is.
const DAY: &str = "2026-02-05";

/// A date-time with offset, or a date as midnight UTC.
fn timestamp(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let date = text.parse::<jiff::civil::Date>().ok()?;
    if text.len() > DAY.len() {
        return None; // A time of day without an offset means a different moment on every machine.
    }
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::parse_toml;

    fn mistakes(text: &str, read: impl FnOnce(&mut Fields<'_>)) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        let table = parse_toml(text).expect("it parses");
        let mut fields = Fields::new(SourceText { path: "a.md", text }, 0, table, &mut diagnostics);
        read(&mut fields);
        fields.finish();
        diagnostics.sorted().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_mistakes_of_a_table_are_said_at_once() {
        let said = mistakes("id = \"one\"\ntitel = \"Sets\"\naccess = \"free\"\n", |fields| {
            fields.number("id");
            fields.required_text("title");
            fields.choice("access", &[("public", 1), ("enrolled", 2)]);
        });
        assert_eq!(
            said,
            [
                "a.md:1:1: error: `title` is missing (add `title = \"…\"` to the front matter)",
                "a.md:1:6: error: `id` must be a whole number, not a text (write digits only, without quotes)",
                "a.md:2:1: error: unknown key `titel` (did you mean `title`?)",
                "a.md:3:10: error: `access` cannot be \"free\" (use \"public\" or \"enrolled\")",
            ]
        );
    }

    #[test]
    fn times_need_an_offset_or_no_time_of_day() {
        let zoned = timestamp("2026-02-05T12:00:00Z").expect("a time");
        assert_eq!(timestamp("2026-02-05T13:00:00+01:00"), Some(zoned));
        assert_eq!(timestamp("2026-02-05").map(|time| time.to_string()).as_deref(), Some("2026-02-05T00:00:00Z"));
        assert_eq!(timestamp("2026-02-05T12:00:00"), None);
        assert_eq!(timestamp("yesterday"), None);
    }
}
