//! The colours of code: which stretch of a block is a keyword, a string, a comment … by tree-sitter, through `arborium`.
//!
//! A pure function of language and text, with two things behind it that no caller can tell: one parser a thread, and a
//! bounded memory of blocks already done, because courses repeat their listings.
//!
//! The grammars are C and were written for editors. On text that is no code at all (the same bracket ten thousand times)
//! their error recovery takes minutes and gigabytes, and nothing inside tells it to stop: its steps are not counted. So
//! what looks like that is not given to them: see [`is_code`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::grammars::{Reader, Span};
use crate::digest::Digest;

/// A stretch of text and the class it is shown in. The text between two of them has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// One of the classes of [`class`].
    pub class: &'static str,
}

/// The longest block that is coloured, in bytes: about 800 lines.
pub const MAX_BYTES: usize = 32 * 1024;

/// The longest line that is coloured: longer ones are data, or written by programs.
const MAX_LINE: usize = 2_000;

/// How many bytes of text and tokens one part of the memory may hold before it forgets.
const MEMORY_PART: usize = 512 * 1024;

type Part = (usize, HashMap<Digest, Arc<[Token]>>);

/// In parts, so that threads seldom wait for each other.
static MEMORY: LazyLock<[Mutex<Part>; 16]> = LazyLock::new(Default::default);

thread_local! {
    static READER: RefCell<Reader> = RefCell::default();
}

/// The classes of the style sheet, by arborium's tags. They are short because a page has thousands of them, and stable
/// because themes are written against them. Operators, punctuation, variables have none: they are the text itself.
fn class(tag: &str) -> Option<&'static str> {
    Some(match tag {
        // keyword: also a tag of HTML, a macro
        "k" | "tg" | "m" => "k",
        // function
        "f" | "cr" => "f",
        // type: also a module
        "t" | "ns" => "t",
        // string: also literal text in a markup language
        "s" | "tl" => "s",
        // comment
        "c" => "c",
        // number: also a constant, a label
        "n" | "co" | "l" => "n",
        // attribute: also a property, a key
        "at" | "pr" => "a",
        // heading, bold, slanted, link, struck out
        "tt" | "st" => "b",
        "em" => "e",
        "tu" => "u",
        "tx" => "x",
        // a line added, a line removed
        "da" => "da",
        "dd" => "dd",
        _ => return None,
    })
}

/// The coloured stretches of `text`, in order and without overlap; none for a text that is no code.
pub fn tokens(grammar: &str, text: &str) -> Arc<[Token]> {
    if !is_code(text) {
        return Arc::default();
    }
    let key = Digest::of_parts([grammar.as_bytes(), b"\0", text.as_bytes()]);
    let part = &MEMORY[usize::from(key.as_bytes()[0]) % 16];
    if let Some(known) = part.lock().unwrap_or_else(PoisonError::into_inner).1.get(&key) {
        return known.clone();
    }
    let tokens: Arc<[Token]> = parse(grammar, text).into();
    let (held, known) = &mut *part.lock().unwrap_or_else(PoisonError::into_inner);
    *held += size_of_val(&*tokens);
    if *held > MEMORY_PART {
        (*held, *known) = (size_of_val(&*tokens), HashMap::new());
    }
    known.insert(key, tokens.clone());
    tokens
}

fn parse(grammar: &str, text: &str) -> Vec<Token> {
    let spans = READER.with_borrow_mut(|reader| reader.spans(grammar, text));
    let classed = |(range, tag)| Some(Token { range, class: class(tag)? });
    // A grammar may end a token inside a character; such a one is left as text.
    flat(joined(spans), text)
        .into_iter()
        .filter_map(classed)
        .filter(|token| text.get(token.range.clone()).is_some())
        .collect()
}

/// One span for each stretch of bytes, that of the last pattern which found it; and those that touch and are the same
/// thing as one. In order, a longer one before those that begin with it.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    // Stable: of one pattern, what was found later holds.
    spans.sort_by_key(|span| (span.start, span.end, span.pattern));
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for (at, span) in spans.iter().enumerate() {
        if spans.get(at + 1).is_some_and(|next| (next.start, next.end) == (span.start, span.end)) {
            continue;
        }
        match joined.last_mut() {
            Some(last) if last.tag == span.tag && span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(*span),
        }
    }
    joined.sort_by_key(|span| (span.start, u32::MAX - span.end));
    joined
}

/// Stretches without overlap: the innermost span holds.
fn flat(spans: Vec<Span>, text: &str) -> Vec<(Range<usize>, &'static str)> {
    let length = text.trim_end_matches('\n').len();
    // Where spans begin and end; at one place, what ends comes before what begins.
    let ends = spans.iter().enumerate().map(|(at, span)| (span.end, false, at));
    let mut edges: Vec<_> = spans.iter().enumerate().map(|(at, span)| (span.start, true, at)).chain(ends).collect();
    edges.sort_unstable();
    let mut flat: Vec<(Range<usize>, &str)> = Vec::with_capacity(spans.len());
    let mut open: Vec<usize> = Vec::new();
    let mut last = 0;
    for (place, begins, at) in edges {
        let place = place as usize;
        if place > last && place <= length {
            if let Some(innermost) = open.last() {
                let tag = spans[*innermost].tag;
                match flat.last_mut() {
                    Some((range, before)) if *before == tag && range.end == last => range.end = place,
                    _ => flat.push((last..place, tag)),
                }
            }
            last = place;
        }
        if begins {
            open.push(at);
        } else if let Some(nth) = open.iter().rposition(|other| *other == at) {
            open.remove(nth);
        }
    }
    flat
}

/// Whether a text is what the grammars were made for: not too long, no endless line, and not the same few characters over
/// and over. Real code has a hundred or more different stretches of six bytes in every thousand.
fn is_code(text: &str) -> bool {
    if text.len() > MAX_BYTES || text.lines().any(|line| line.len() > MAX_LINE) {
        return false;
    }
    // In pieces, so that a bomb does not hide behind good code.
    text.as_bytes().chunks(PIECE).filter(|piece| piece.len() > 300).all(has_variety)
}

/// How much text [`is_code`] looks at at once.
const PIECE: usize = 1024;

/// Whether more than an eighth of a piece's stretches of six bytes are different. Code is recognized by its beginning.
fn has_variety(piece: &[u8]) -> bool {
    // Four slots for each stretch that is kept, so that few look for their place twice.
    const SLOTS: usize = PIECE / 2;
    let mut seen = [u64::MAX; SLOTS];
    let mut different = 0;
    for window in piece.windows(6) {
        let stretch = window.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        // Fibonacci's hash: the upper bits of the product depend on all of the stretch.
        let mut slot = (stretch.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % SLOTS;
        while seen[slot] != stretch && seen[slot] != u64::MAX {
            slot = (slot + 1) % SLOTS;
        }
        if seen[slot] != stretch {
            seen[slot] = stretch;
            different += 1;
            if different * 8 > piece.len() {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_colours() {
        let text = "fn main() { let a = \"ä\"; } // end";
        let seen: Vec<_> = tokens("rust", text).iter().map(|t| (&text[t.range.clone()], t.class)).collect();
        for part in [("fn", "k"), ("main", "f"), ("\"ä\"", "s"), ("// end", "c")] {
            assert!(seen.contains(&part), "{part:?} in {seen:?}");
        }
        assert_eq!(tokens("rust", text), tokens("rust", text));
    }

    #[test]
    fn what_is_no_code_stays_plain() {
        for bomb in ["(", "<!--", "%w(", "\"${", "> ", "\0", "a\n=\n", "x = [[\n"] {
            let text = bomb.repeat(MAX_BYTES / bomb.len());
            assert!(tokens("ruby", &text).is_empty(), "{bomb}");
            let hidden = format!("{}\n{text}", "puts 'one thing after the other'\n");
            assert!(tokens("kotlin", &hidden[..MAX_BYTES]).is_empty(), "{bomb}");
        }
        assert!(tokens("json", &format!("[{}1]", "12345678,".repeat(400))).is_empty(), "a line without end");
    }
}
