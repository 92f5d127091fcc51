//! Addresses: what an instructor pasted, as mail addresses and lines that hold none.
//!
//! One address a line, or a table as spreadsheets write it: with commas, semicolons or tabs, quoted or not, with or
//! without a line of titles. Whatever is not understood is said with its line and given back as it was.

use std::collections::HashSet;
use std::mem;

use csv::{Position, ReaderBuilder, StringRecord, Trim};

use crate::school::{Email, EmailKey};

/// At most so many lines are read at a time.
pub const MAX_LINES: usize = 1_000;

/// What was understood, and what not.
#[derive(Debug, Default)]
pub struct Addresses {
    /// The addresses, each once.
    pub good: Vec<Email>,
    /// The lines that hold none, or one that is there already.
    pub bad: Vec<BadLine>,
}

/// A line that nobody is invited by.
#[derive(Debug)]
pub struct BadLine {
    /// Its number, from 1.
    pub number: u64,
    /// The line as it was.
    pub text: String,
    /// Why.
    pub why: Why,
}

/// Why nobody is invited by a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no mail address in it.
    NoAddress,
    /// The address stands on a line before, or is invited already.
    Twice,
}

/// There are too many lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

/// Reads what was pasted; `known` are the addresses that are invited already.
pub fn read(text: &str, mut known: HashSet<EmailKey>) -> Result<Addresses, TooMany> {
    if text.lines().filter(|line| !line.trim().is_empty()).count() > MAX_LINES {
        return Err(TooMany);
    }
    let mut builder = ReaderBuilder::new();
    let builder = builder.has_headers(false).flexible(true).trim(Trim::All).delimiter(delimiter(text));
    let mut reader = builder.from_reader(text.as_bytes());
    let mut addresses = Addresses::default();
    let (mut is_first, mut column) = (true, None);
    let mut record = StringRecord::new();
    // Reading from memory fails for text that is not UTF-8 alone, which a form is.
    while let Ok(true) = reader.read_record(&mut record) {
        if record.iter().all(str::is_empty) {
            continue;
        }
        if mem::take(&mut is_first) {
            column = title(&record);
            if column.is_some() {
                continue;
            }
        }
        let line = || line(text, record.position(), reader.position());
        addresses.take(address(&record, column), &mut known, line);
    }
    Ok(addresses)
}

/// Reads what came as a list, a text of which is an address or none; the number of a line is its place in the list.
pub fn read_list(texts: Vec<String>, mut known: HashSet<EmailKey>) -> Addresses {
    let mut addresses = Addresses::default();
    for (text, number) in texts.into_iter().zip(1..) {
        addresses.take(text.trim().parse().ok(), &mut known, || (number, text));
    }
    addresses
}

impl Addresses {
    /// Takes the address that a line holds, if it holds one that is not known yet; `line` is its number and text.
    fn take(&mut self, email: Option<Email>, known: &mut HashSet<EmailKey>, line: impl FnOnce() -> (u64, String)) {
        let why = match email {
            None => Why::NoAddress,
            Some(email) if !known.insert(email.key()) => Why::Twice,
            Some(email) => return self.good.push(email),
        };
        let (number, text) = line();
        self.bad.push(BadLine { number, text, why });
    }
}

/// A record as it stands in the text, with the number of its line. A reader's place is after the record before, which may
/// be an end of line and blank lines too early.
fn line(text: &str, from: Option<&Position>, to: &Position) -> (u64, String) {
    let at = |position: &Position| usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
    let from = from.map_or(0, at);
    let raw = text.get(from..at(to)).unwrap_or_default();
    let begins = from + raw.len() - raw.trim_start().len();
    let n_before = text.as_bytes()[..begins].iter().filter(|byte| **byte == b'\n').count();
    (n_before as u64 + 1, raw.trim().to_owned())
}

/// What parts the fields: spreadsheets of half of Europe write semicolons.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    [b'\t', b';'].into_iter().find(|mark| first.as_bytes().contains(mark)).unwrap_or(b',')
}

/// The column that a line of titles says the addresses are in; nothing if the line is none.
fn title(record: &StringRecord) -> Option<usize> {
    const TITLES: [&str; 5] = ["email", "e-mail", "mail", "email address", "e-mail-adresse"];
    let is_title = |field: &str| TITLES.contains(&field.trim_start_matches('\u{feff}').to_lowercase().as_str());
    record.iter().position(is_title)
}

/// The address in a line: in its column, or else in the first field that is one.
fn address(record: &StringRecord, column: Option<usize>) -> Option<Email> {
    let parse = |field: &str| field.trim_start_matches('\u{feff}').parse().ok();
    match column {
        Some(column) => record.get(column).and_then(parse),
        None => record.iter().find_map(parse),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str) -> (Vec<String>, Vec<(u64, String, Why)>) {
        let Addresses { good, bad } = read(text, HashSet::from([EmailKey::of("old@example.org")])).expect("few");
        let good = good.iter().map(|email| email.as_str().to_owned()).collect();
        (good, bad.into_iter().map(|line| (line.number, line.text, line.why)).collect())
    }

    #[test]
    fn one_a_line() {
        let (good, bad) = understood("a@x.org\r\n\r\n b@x.org \nnobody\nA@x.org\nold@example.org\n");
        assert_eq!(good, ["a@x.org", "b@x.org"]);
        let expected = [(4, "nobody", Why::NoAddress), (5, "A@x.org", Why::Twice), (6, "old@example.org", Why::Twice)];
        assert_eq!(bad, expected.map(|(line, text, why)| (line, text.to_owned(), why)));
    }

    #[test]
    fn tables_of_spreadsheets() {
        assert_eq!(understood("Name,Email\n\"Doe, Jane\",j@x.org\nB@y.org,none\n").0, ["j@x.org"]);
        assert_eq!(understood("Name;E-Mail\nJane;j@x.org\n").0, ["j@x.org"]);
        assert_eq!(understood("Jane\tj@x.org\n").0, ["j@x.org"]);
        assert_eq!(understood("\u{feff}j@x.org\n").0, ["j@x.org"]);
        let (good, bad) = understood("a@x.org\n\"never closed\nb@x.org\n");
        assert_eq!((good, bad.len()), (vec!["a@x.org".to_owned()], 1));
        assert_eq!(bad[0].1, "\"never closed\nb@x.org");
    }

    #[test]
    fn a_thousand_lines_and_no_more() {
        let lines = |n: usize| (0..n).map(|nth| format!("{nth}@x.org\n")).collect::<String>();
        assert_eq!(understood(&lines(1_000)).0.len(), 1_000);
        assert!(read(&lines(1_001), HashSet::new()).is_err());
        assert_eq!(understood("").0.len(), 0);
    }
}
