//! Style sheets without what no browser needs: comments, and white space that separates nothing.
//!
//! Nothing is rewritten, merged or reordered, and no token is touched: so it cannot be wrong about a feature of CSS that
//! came after it. What it is not sure of (a string that does not end, an escaped function name) it leaves as it is.
//! White space goes beside braces, semicolons and commas, inside parentheses, and behind the colon of a declaration; it
//! stays, as one blank, wherever else it stands, because there it may mean something: `a :hover`, `1px + 2px`.

/// A piece of a style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// White space, with the comments in it.
    Space,
    /// Comments alone: they separate, but are no white space.
    Comment,
    /// A comment that asks to be kept: `/*! … */`.
    Notice(&'a str),
    /// One of `{};,():`.
    Mark(u8),
    /// Anything else, strings and addresses whole.
    Text(&'a str),
}

/// The same style sheet in fewer bytes.
pub(super) fn minified(css: &str) -> String {
    let Some(pieces) = pieces(css) else { return css.to_owned() };
    let mut short = String::with_capacity(css.len());
    let (mut before, mut gap, mut shields) = (Piece::Mark(b'{'), None, false);
    for (at, &piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Space => gap = Some(Piece::Space),
            Piece::Comment => {
                shields |= gap.is_none() && ends_in_an_escape(&short);
                gap = gap.or(Some(Piece::Comment));
            }
            Piece::Notice(comment) => {
                short.push_str(comment);
                // It ends an escape as well as any.
                shields = false;
            }
            Piece::Mark(_) | Piece::Text(_) => {
                match gap.take() {
                    // Right behind `\1e3`, a blank would do no more than end it.
                    Some(Piece::Space) if !is_idle(before, piece, &pieces[at..]) => {
                        short.push_str(if shields { "/**/ " } else { " " });
                    }
                    Some(Piece::Comment) if joins(before, piece) => short.push_str("/**/"),
                    _ => {}
                }
                match piece {
                    Piece::Mark(mark) => short.push(char::from(mark)),
                    Piece::Text(text) => short.push_str(text),
                    _ => {}
                }
                (before, shields) = (piece, false);
            }
        }
    }
    short
}

/// Whether what comes next could still belong to an escape, such as `\1e3`. An escaped backslash before digits counts too,
/// which keeps a comment that could go.
fn ends_in_an_escape(css: &str) -> bool {
    let before = css.trim_end_matches(|character: char| character.is_ascii_hexdigit());
    before.len() < css.len() && before.ends_with('\\')
}

/// Whether white space between two pieces separates nothing; `rest` begins with the second.
fn is_idle(before: Piece<'_>, after: Piece<'_>, rest: &[Piece<'_>]) -> bool {
    match (before, after) {
        // `--name: ;` is an empty value everywhere, `--name:;` is a mistake to older browsers.
        (Piece::Mark(b':'), Piece::Mark(b';' | b'}')) => false,
        (Piece::Mark(b'{' | b'}' | b';' | b',' | b'('), _) | (_, Piece::Mark(b'{' | b'}' | b';' | b',' | b')')) => true,
        (Piece::Mark(b':'), _) => ends_a_declaration(rest),
        _ => false,
    }
}

/// Whether two pieces without anything between them would be read as one.
fn joins(before: Piece<'_>, after: Piece<'_>) -> bool {
    matches!((before, after), (Piece::Text(_), Piece::Text(_) | Piece::Mark(b'(')))
}

/// Whether what follows a colon is a value, not a selector in which a blank would keep a mistake a mistake.
fn ends_a_declaration(rest: &[Piece<'_>]) -> bool {
    let mut depth = 0_usize;
    for piece in rest {
        match piece {
            Piece::Mark(b'(') => depth += 1,
            Piece::Mark(b')') if depth == 0 => return true,
            Piece::Mark(b')') => depth -= 1,
            Piece::Mark(b';' | b'}') if depth == 0 => return true,
            Piece::Mark(b'{') => return false,
            _ => {}
        }
    }
    false
}

/// The pieces of a style sheet; nothing if it holds something that cannot be told apart without reading all of CSS.
fn pieces(css: &str) -> Option<Vec<Piece<'_>>> {
    let bytes = css.as_bytes();
    let mut pieces = Vec::with_capacity(css.len() / 4);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let piece = match bytes[at] {
            byte if is_space(byte) => {
                at += 1;
                Piece::Space
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = css[at + 2..].find("*/").map_or(css.len(), |end| at + 2 + end + 2);
                let comment = &css[start..at];
                let asks = comment.starts_with("/*!") && comment.len() > 4 && comment.ends_with("*/");
                if asks { Piece::Notice(comment) } else { Piece::Comment }
            }
            mark @ (b'{' | b'}' | b';' | b',' | b'(' | b')' | b':') => {
                at += 1;
                Piece::Mark(mark)
            }
            quote @ (b'"' | b'\'') => {
                at = end_of_string(bytes, at + 1, quote)?;
                Piece::Text(&css[start..at])
            }
            _ => {
                at = end_of_text(bytes, at)?;
                Piece::Text(&css[start..at])
            }
        };
        pieces.push(piece);
    }
    Some(pieces)
}

/// Behind the closing quote. A string that a line's end breaks off is a mistake which only that line's end ends.
fn end_of_string(bytes: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            b'\n' | b'\r' | b'\x0c' => return None,
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Behind the last byte of a text; an address without quotes belongs to it.
fn end_of_text(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at = end_of_escape(bytes, at + 1)?,
            b'(' => return end_of_address(bytes, start, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => break,
            b'{' | b'}' | b';' | b',' | b')' | b':' | b'"' | b'\'' => break,
            byte if is_space(byte) => break,
            _ => at += 1,
        }
    }
    Some(at)
}

/// An escape by number ends with the blank behind it.
fn end_of_escape(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes[at..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    match (digits, bytes.get(at)?) {
        (0, b'\n' | b'\r' | b'\x0c') => None,
        (0, _) => Some(at + 1),
        _ if bytes[at + digits..].starts_with(b"\r\n") => Some(at + digits + 2),
        _ => Some(at + digits + usize::from(bytes.get(at + digits).is_some_and(|byte| is_space(*byte)))),
    }
}

/// At `open` a parenthesis opens behind the text that began at `start`: behind `url` all up to its end is one token.
fn end_of_address(bytes: &[u8], start: usize, open: usize) -> Option<usize> {
    let text = &bytes[start..open];
    let ends_so = text.last_chunk().is_some_and(|last: &[u8; 3]| last.eq_ignore_ascii_case(b"url"));
    let first = bytes[open + 1..].iter().find(|byte| !is_space(**byte));
    match text.len() {
        // Which name it is then depends on more than its letters: `my-url`, `#url`, `u\72l`.
        _ if text.contains(&b'\\') => return None,
        4.. if ends_so => return None,
        3 if ends_so && !matches!(first, Some(b'"' | b'\'')) => {}
        _ => return Some(open),
    }
    let mut at = open + 1;
    while *bytes.get(at)? != b')' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    Some(at + 1)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

#[cfg(test)]
#[path = "minify_tests.rs"]
mod tests;
