//! Code blocks: from what an author wrote between the fences to HTML.
//!
//! Colours are classes on `span`s, named in `highlight.rs`. Lines are elements of their own only where they have numbers
//! or marks, which keeps other pages small. A number is an attribute that the style sheet shows, so that who copies the
//! code does not copy it; a marked line is a `mark`, so that it is not told by colour alone.

use std::ops::Range;

use super::fence::{Fence, Mistake};
use super::fragment::escape_attribute;
use super::highlight::{self, Token, tokens};
use super::languages::{Language, language};

/// A code block while its text is read.
#[derive(Debug, Default)]
pub struct CodeBlock {
    /// What stands behind the backticks; empty for an indented block.
    pub info: String,
    /// Where the block stands in the body.
    pub span: Range<usize>,
    /// Its text so far.
    pub text: String,
}

impl CodeBlock {
    /// The HTML, and what is wrong.
    pub fn html(&self, coloured: bool) -> (String, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let fence = Fence::parse(&self.info, &mut mistakes);
        let tokens = match grammar(&fence, &self.text, &mut mistakes) {
            Some(grammar) if coloured => tokens(grammar, &self.text),
            _ => std::sync::Arc::default(),
        };
        let n_lines = self.text.lines().count();
        if let Some(line) = fence.marked.iter().map(|range| *range.end()).find(|line| *line as usize > n_lines) {
            mistakes.push(Mistake {
                word: self.info.clone(),
                message: format!("line {line} is to be highlighted, but this code has {n_lines}"),
                help: "lines count from 1 at the first line of the block".to_owned(),
            });
        }
        (draw(&fence, &self.text, &tokens), mistakes)
    }
}

fn grammar(fence: &Fence, text: &str, mistakes: &mut Vec<Mistake>) -> Option<&'static str> {
    let mistake = |message: String, help: String| Mistake { word: fence.language.clone(), message, help };
    match language(&fence.language) {
        _ if fence.language.is_empty() => None,
        Language::Plain => None,
        Language::Coloured(_) if text.len() > highlight::MAX_BYTES => {
            let message = format!("this code is too long to be coloured: {} kB", text.len().div_ceil(1000));
            mistakes.push(mistake(message, "split it, or say `text` if it is no code".to_owned()));
            None
        }
        Language::Coloured(grammar) => Some(grammar),
        Language::Unknown(near) => {
            let help = match near {
                Some(near) => format!("did you mean `{near}`? `text` is for what has no colours"),
                None => "it is shown without colours; say `text` if that is meant".to_owned(),
            };
            mistakes.push(mistake(format!("no language is known as `{}`", fence.language), help));
            None
        }
    }
}

fn draw(fence: &Fence, text: &str, tokens: &[Token]) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    if !fence.title.is_empty() {
        html.push_str(&format!("<figure class=\"code\"><figcaption>{}</figcaption>", escape_attribute(&fence.title)));
    }
    html.push_str("<pre tabindex=\"0\"");
    html.push_str(if fence.no_copy { " data-no-copy><code" } else { "><code" });
    let by_line = fence.first_number.is_some() || !fence.marked.is_empty();
    let mut classes = Vec::new();
    if !fence.language.is_empty() {
        classes.push(format!("language-{}", escape_attribute(&fence.language)));
    }
    if by_line {
        classes.push(if fence.first_number.is_some() { "lines numbered" } else { "lines" }.to_owned());
    }
    if !classes.is_empty() {
        html.push_str(&format!(" class=\"{}\"", classes.join(" ")));
    }
    html.push('>');
    if by_line {
        draw_lines(&mut html, fence, text, tokens);
    } else {
        draw_tokens(&mut html, text, 0..text.len(), tokens);
    }
    html.push_str("</code></pre>");
    html.push_str(if fence.title.is_empty() { "\n" } else { "</figure>\n" });
    html
}

fn draw_lines(html: &mut String, fence: &Fence, text: &str, mut tokens: &[Token]) {
    let mut at = 0;
    for (n, line) in (1_u32..).zip(text.split_inclusive('\n')) {
        let element = if fence.marked.iter().any(|range| range.contains(&n)) { "mark" } else { "span" };
        html.push_str(&format!("<{element} class=\"line\""));
        if let Some(first) = fence.first_number {
            html.push_str(&format!(" data-n=\"{}\"", first + n - 1));
        }
        html.push('>');
        let end = at + line.len();
        draw_tokens(html, text, at..end, tokens);
        html.push_str(&format!("</{element}>"));
        // A token that goes on, such as a comment of many lines, is there for the next line too.
        tokens = &tokens[tokens.partition_point(|token| token.range.end <= end)..];
        at = end;
    }
}

/// The text of `range`, escaped, with its tokens.
fn draw_tokens(html: &mut String, text: &str, range: Range<usize>, tokens: &[Token]) {
    let mut at = range.start;
    for token in tokens.iter().take_while(|token| token.range.start < range.end) {
        let (start, end) = (token.range.start.max(at), token.range.end.min(range.end));
        if start < end {
            escape_into(html, &text[at..start]);
            html.push_str("<span class=\"");
            html.push_str(token.class);
            html.push_str("\">");
            escape_into(html, &text[start..end]);
            html.push_str("</span>");
            at = end;
        }
    }
    escape_into(html, &text[at..range.end]);
}

fn escape_into(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}
