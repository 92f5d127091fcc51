//! The colours of code: which stretch of a block is a keyword, a string, a comment … by tree-sitter, through `arborium`.
//!
//! A pure function of language and text, with two things behind it that no caller can tell: one parser a thread, and a
//! bounded memory of blocks already done, because courses repeat their listings.
//!
//! The grammars are C and were written for editors. On text that is no code at all (the same bracket ten thousand times)
//! their error recovery takes minutes and gigabytes, and nothing inside tells it to stop: its steps are not counted. So
//! what looks like that is not given to them: see [`is_code`].

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use arborium::{Config, GrammarStore, Highlighter, HtmlFormat};
use arborium_highlight::spans_to_flat_tokens;

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

/// Compiled queries, shared by all threads.
static GRAMMARS: LazyLock<Arc<GrammarStore>> = LazyLock::new(|| Arc::new(GrammarStore::new()));

/// In parts, so that threads seldom wait for each other.
static MEMORY: LazyLock<[Mutex<Part>; 16]> = LazyLock::new(Default::default);

thread_local! {
    static HIGHLIGHTER: RefCell<Highlighter> = RefCell::new(Highlighter::with_store_and_config(
        GRAMMARS.clone(),
        Config { html_format: HtmlFormat::ClassNames, max_injection_depth: 2 },
    ));
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

/// Whether there is a grammar of this name.
#[cfg(test)]
pub fn can(grammar: &str) -> bool {
    GRAMMARS.get(grammar).is_some()
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
    let spans = HIGHLIGHTER.with_borrow_mut(|highlighter| highlighter.highlight_spans(grammar, text));
    let Ok(spans) = spans else { return Vec::new() };
    spans_to_flat_tokens(text, spans)
        .into_iter()
        .filter_map(|token| Some(Token { range: token.start as usize..token.end as usize, class: class(token.tag)? }))
        // A grammar may end a token inside a character; such a one is left as text.
        .filter(|token| text.get(token.range.clone()).is_some())
        .collect()
}

/// Whether a text is what the grammars were made for: not too long, no endless line, and not the same few characters over
/// and over. Real code has a hundred or more different stretches of six bytes in every thousand.
fn is_code(text: &str) -> bool {
    if text.len() > MAX_BYTES || text.lines().any(|line| line.len() > MAX_LINE) {
        return false;
    }
    // In pieces, so that a bomb does not hide behind good code.
    text.as_bytes().chunks(1024).filter(|piece| piece.len() > 300).all(|piece| {
        let different: HashSet<&[u8]> = piece.windows(6).collect();
        different.len() * 8 > piece.len()
    })
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
