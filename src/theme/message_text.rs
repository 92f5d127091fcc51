//! What was said, as HTML: escaped once, with links and a small part of Markdown. docs/chat.md has the rules, which the
//! script of a live page keeps as well.
//!
//! One pass from left to right, line by line, and nothing is looked at twice but the punctuation after a link: the time is
//! linear in the length, whatever the text. linkify was looked at for the links; its rules would have to be told again in
//! another language, and these are short enough to be.

use std::fmt::Write as _;

/// The HTML of a message's text. It holds `a`, `code`, `strong` and `em`, and no other element; line ends stay line ends.
pub fn message_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 4);
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            html.push('\n');
        }
        Line::read(line).iter().for_each(|piece| write(&mut html, piece));
    }
    html
}

/// A stretch of a line.
#[derive(Debug)]
enum Piece<'a> {
    Text(&'a str),
    Code(&'a str),
    Link(&'a str),
    Mark(Kind, Role),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bold,
    Italic,
}

/// What asterisks are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Nothing,
    Opens,
    Closes,
}

/// A line as far as it was read.
struct Line<'a> {
    text: &'a str,
    pieces: Vec<Piece<'a>>,
    /// The marks that may still be closed, with their places among the pieces: one of a kind at most.
    open: Vec<(Kind, usize)>,
    /// Where the text begins that is in no piece yet.
    plain: usize,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Vec<Piece<'a>> {
        let mut line = Self { text, pieces: Vec::new(), open: Vec::new(), plain: 0 };
        let mut at = 0;
        while let Some(found) = text[at..].find(['`', '*', 'h', 'H']) {
            at += found;
            at = line.special(at);
        }
        line.plain_up_to(text.len());
        line.pieces
    }

    /// Reads what may begin at a place, and returns where to go on.
    fn special(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let (piece, length) = match rest.as_bytes()[0] {
            b'`' => match rest[1..].find('`').filter(|length| *length > 0) {
                Some(length) => (Piece::Code(&rest[1..=length]), length + 2),
                None => return at + 1,
            },
            b'*' => return self.asterisks(at),
            _ if self.before(at).is_some_and(char::is_alphanumeric) => return at + 1,
            _ => match link(rest) {
                Some(link) => (Piece::Link(link), link.len()),
                None => return at + 1,
            },
        };
        self.plain_up_to(at);
        self.pieces.push(piece);
        self.plain = at + length;
        self.plain
    }

    /// One is italic, two are bold, three are both, more are asterisks.
    fn asterisks(&mut self, at: usize) -> usize {
        let n = self.text[at..].bytes().take_while(|byte| *byte == b'*').count();
        let (before, after) = (self.before(at), self.text[at + n..].chars().next());
        let opens = after.is_some_and(|after| !after.is_whitespace()) && !before.is_some_and(char::is_alphanumeric);
        let closes = before.is_some_and(|before| !before.is_whitespace()) && !after.is_some_and(char::is_alphanumeric);
        let innermost = self.open.last().map(|(kind, _)| *kind);
        let kinds: &[Kind] = match (n, innermost) {
            (1, _) => &[Kind::Italic],
            (2, _) => &[Kind::Bold],
            (3, Some(Kind::Italic)) => &[Kind::Italic, Kind::Bold],
            (3, _) => &[Kind::Bold, Kind::Italic],
            _ => return at + n,
        };
        self.plain_up_to(at);
        self.plain = at + n;
        for kind in kinds {
            self.mark(*kind, opens, closes);
        }
        at + n
    }

    fn mark(&mut self, kind: Kind, opens: bool, closes: bool) {
        let here = self.pieces.len();
        let role = match self.open.iter().position(|(open, _)| *open == kind) {
            Some(depth) if closes => {
                let (_, opener) = self.open[depth];
                self.pieces[opener] = Piece::Mark(kind, Role::Opens);
                // What was opened inside and not closed there is nothing.
                self.open.truncate(depth);
                Role::Closes
            }
            None if opens => {
                self.open.push((kind, here));
                Role::Nothing
            }
            _ => Role::Nothing,
        };
        self.pieces.push(Piece::Mark(kind, role));
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    fn plain_up_to(&mut self, end: usize) {
        if self.plain < end {
            self.pieces.push(Piece::Text(&self.text[self.plain..end]));
        }
    }
}

/// The address that a text begins with.
fn link(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        let begins = text.as_bytes().get(..scheme.len());
        begins.is_some_and(|begins| begins.eq_ignore_ascii_case(scheme.as_bytes()))
    })?;
    let rest = &text[scheme.len()..];
    rest.chars().next().filter(|first| first.is_alphanumeric())?;
    let end = text.find(ends_a_link).unwrap_or(text.len());
    Some(without_punctuation(&text[..end]))
}

/// White space, what stands around addresses, and what is not seen or turns the order of what is seen.
fn ends_a_link(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '<' | '>' | '"' | '`')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// An address without the punctuation after it; a bracket stays if the address has the one that it closes.
fn without_punctuation(address: &str) -> &str {
    let count = |bracket: char| address.matches(bracket).count();
    let mut surplus = [('(', ')'), ('[', ']'), ('{', '}')].map(|(open, close)| (close, count(close), count(open)));
    let mut address = address;
    while let Some(last) = address.chars().next_back() {
        let goes = match surplus.iter_mut().find(|(close, ..)| *close == last) {
            Some((_, n_close, n_open)) if *n_close > *n_open => {
                *n_close -= 1;
                true
            }
            Some(_) => false,
            None => ".,;:!?'*…’”»。、，".contains(last),
        };
        if !goes {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address
}

fn write(html: &mut String, piece: &Piece<'_>) {
    let _ = match piece {
        Piece::Text(text) => write!(html, "{}", Escaped(text)),
        Piece::Code(text) => write!(html, "<code>{}</code>", Escaped(text)),
        Piece::Link(address) => {
            let address = Escaped(address);
            write!(html, "<a href=\"{address}\" rel=\"nofollow noopener ugc\">{address}</a>")
        }
        Piece::Mark(kind, role) => {
            let (asterisks, element) = match kind {
                Kind::Bold => ("**", "strong"),
                Kind::Italic => ("*", "em"),
            };
            match role {
                Role::Nothing => html.write_str(asterisks),
                Role::Opens => write!(html, "<{element}>"),
                Role::Closes => write!(html, "</{element}>"),
            }
        }
    };
}

/// A text as HTML writes it, also between quotes.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
#[path = "message_text_tests.rs"]
mod tests;
