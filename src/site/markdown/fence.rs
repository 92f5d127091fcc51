//! What stands behind the backticks of a code block: its language, and how it is to be shown.
//!
//! ```` ```rust title="src/main.rs" linenos hl=2,4-6 start=10 ````, and the ways in which other tools say the same:
//! `{2,4-6}`, `showLineNumbers`, `hl_lines=…`. Words behind a comma (`rust,ignore`) are for other tools and pass.

use std::ops::RangeInclusive;

use crate::diag::nearest;

/// How a code block is to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fence {
    /// As the author wrote it; empty if there is none.
    pub language: String,
    /// The file's name, shown above the code; may be empty.
    pub title: String,
    /// The number of the first line, if lines have numbers.
    pub first_number: Option<u32>,
    /// Highlighted lines. They count from the block's first line as 1, whatever number is shown beside it.
    pub marked: Vec<RangeInclusive<u32>>,
    /// Whether a reader is not offered to copy it.
    pub no_copy: bool,
}

/// Something wrong with a word of the fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The word, as it stands in the text.
    pub word: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The options' names, for suggestions; the first of each is the one that the documentation uses.
const NAMES: [&str; 6] = ["title", "linenos", "hl", "start", "nocopy", "filename"];

impl Fence {
    /// Reads the text behind the backticks.
    pub fn parse(info: &str, mistakes: &mut Vec<Mistake>) -> Self {
        let mut fence = Self::default();
        let info = info.trim();
        let end = info.find([' ', '\t', '{']).unwrap_or(info.len());
        let (first, rest) = info.split_at(end);
        // ```title="x" without a language
        let first = if first.contains('=') { "" } else { first };
        let rest = if first.is_empty() { info } else { rest };
        let mut attached = first.split(',');
        attached.next().unwrap_or_default().clone_into(&mut fence.language);
        for word in attached {
            fence.option(word, None);
        }
        for word in words(rest) {
            fence.word(word, mistakes);
        }
        fence
    }

    fn word(&mut self, word: &str, mistakes: &mut Vec<Mistake>) {
        let mistake = |message: String, help: &str| Mistake { word: word.to_owned(), message, help: help.to_owned() };
        if let Some(ranges) = word.strip_prefix('{') {
            if !self.mark(ranges.strip_suffix('}').unwrap_or(ranges)) {
                mistakes.push(mistake(format!("`{word}` names no lines"), "write lines like `{2,4-6}`"));
            }
            return;
        }
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(unquoted(value))));
        match self.option(name, value) {
            Taken::Yes => {}
            Taken::BadValue(help) => mistakes.push(mistake(format!("`{name}` has no use for this value"), help)),
            Taken::Unknown => {
                let help = match nearest(name.get(..40).unwrap_or(name), NAMES) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "there are title=\"…\", linenos, start=10, hl=2,4-6 and nocopy".to_owned(),
                };
                mistakes.push(mistake(format!("a code block has no option `{name}`"), &help));
            }
        }
    }

    fn option(&mut self, name: &str, value: Option<&str>) -> Taken {
        let name = name.to_ascii_lowercase();
        match (name.as_str(), value) {
            ("title" | "filename" | "file" | "name", Some(title)) if !title.is_empty() => {
                title.clone_into(&mut self.title)
            }
            ("title" | "filename" | "file" | "name", _) => return Taken::BadValue("write title=\"src/main.rs\""),
            ("linenos" | "lineno" | "linenumbers" | "numberlines" | "showlinenumbers", value) => match value {
                Some("false") => self.first_number = None,
                _ => self.first_number = self.first_number.or(Some(1)),
            },
            ("start" | "linenostart" | "startlinenumber" | "startfrom", value) => {
                match value.and_then(|value| value.parse().ok()).filter(|n| *n < 1_000_000) {
                    Some(n) => self.first_number = Some(n),
                    None => return Taken::BadValue("write the first line's number, such as start=10"),
                }
            }
            ("hl" | "hl_lines" | "highlight" | "mark" | "emphasize-lines", value) => {
                if !value.is_some_and(|value| self.mark(value.trim_matches(['{', '}', '[', ']']))) {
                    return Taken::BadValue("write lines like hl=2,4-6");
                }
            }
            ("nocopy", None) => self.no_copy = true,
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    /// Takes lines like `2,4-6`; false if they are none.
    fn mark(&mut self, ranges: &str) -> bool {
        let ranges: Option<Vec<_>> = ranges.split([',', ' ']).filter(|part| !part.is_empty()).map(range).collect();
        let sound = ranges.as_ref().is_some_and(|ranges| !ranges.is_empty());
        self.marked.extend(ranges.unwrap_or_default());
        sound
    }
}

enum Taken {
    Yes,
    BadValue(&'static str),
    Unknown,
}

fn range(text: &str) -> Option<RangeInclusive<u32>> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (0 < from && from <= to).then_some(from..=to)
}

fn unquoted(value: &str) -> &str {
    let inside = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

/// Words of the text; quotes and braces hold words together.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut from = None;
    let mut until = None;
    for (at, c) in text.char_indices() {
        if until == Some(c) {
            until = None;
        } else if until.is_none() {
            until = match c {
                '"' | '\'' => Some(c),
                '{' => Some('}'),
                '[' => Some(']'),
                _ => None,
            };
            if c.is_whitespace() {
                words.extend(from.take().map(|from| &text[from..at]));
                continue;
            }
        }
        from = from.or(Some(at));
    }
    words.extend(from.map(|from| &text[from..]));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(info: &str) -> (Fence, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        (Fence::parse(info, &mut mistakes), mistakes)
    }

    #[test]
    fn all_ways_to_say_it_are_understood() {
        let full = Fence {
            language: "rust".into(),
            title: "src/my main.rs".into(),
            first_number: Some(10),
            marked: vec![2..=2, 4..=6],
            no_copy: true,
        };
        for info in [
            "rust title=\"src/my main.rs\" linenos hl=2,4-6 start=10 nocopy",
            "rust {2,4-6} filename='src/my main.rs' start=10 showLineNumbers nocopy",
            "rust{2, 4-6} title=\"src/my main.rs\" linenostart=10 nocopy",
        ] {
            assert_eq!(parsed(info), (full.clone(), vec![]), "{info}");
        }
        let (fence, mistakes) = parsed("rust,no_run,linenos");
        assert_eq!((fence.language.as_str(), fence.first_number, mistakes.len()), ("rust", Some(1), 0));
        let (fence, mistakes) = parsed("title=a.txt");
        assert_eq!((fence.language.as_str(), fence.title.as_str(), mistakes.len()), ("", "a.txt", 0));
        assert_eq!(parsed(""), (Fence::default(), vec![]));
    }

    #[test]
    fn slips_are_said() {
        for (info, message, help) in [
            ("rust titel=\"a\"", "no option `titel`", "did you mean `title`?"),
            ("rust hl=6-4", "`hl` has no use", "write lines like hl=2,4-6"),
            ("rust {x}", "`{x}` names no lines", "{2,4-6}"),
            ("rust hl", "`hl` has no use", "hl=2,4-6"),
            ("rust start=0x", "`start` has no use", "start=10"),
            ("rust title", "`title` has no use", "title="),
            ("rust {0}", "names no lines", ""),
        ] {
            let (_, mistakes) = parsed(info);
            assert_eq!(mistakes.len(), 1, "{info}");
            assert!(mistakes[0].message.contains(message) && mistakes[0].help.contains(help), "{mistakes:?}");
        }
    }
}
