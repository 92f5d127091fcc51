//! Footnotes: numbered by their first reference and gathered at the end in that order, wherever they were defined.

use std::collections::HashMap;

use pulldown_cmark::{Event, TagEnd};

use super::fragment::escape_attribute;

/// The footnotes of one text while it is rendered.
#[derive(Default)]
pub struct Footnotes<'a> {
    numbers: HashMap<String, usize>,
    n_references: HashMap<String, usize>,
    definitions: HashMap<String, Vec<Event<'a>>>,
    /// The definition being read, and the events of the text around it, which wait until it ends.
    current: Option<(String, Vec<Event<'a>>)>,
}

impl<'a> Footnotes<'a> {
    /// The HTML of a reference. The second one to a note has an `id` of its own; the note leads back to the first.
    pub fn reference(&mut self, label: &str, prefix: &str) -> String {
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(label.to_owned()).or_insert(next);
        let count = self.n_references.entry(label.to_owned()).or_insert(0);
        *count += 1;
        let id = match count {
            1 => format!("{prefix}fnref-{number}"),
            n => format!("{prefix}fnref-{number}-{n}"),
        };
        let link = format!("<a id=\"{id}\" href=\"#{prefix}fn-{number}\" role=\"doc-noteref\">{number}</a>");
        format!("<sup class=\"footnote-reference\">{link}</sup>")
    }

    /// A definition begins: what follows goes into it instead of `out`.
    pub fn open(&mut self, label: &str, out: &mut Vec<Event<'a>>) {
        self.current = Some((label.to_owned(), std::mem::take(out)));
    }

    /// The definition ends.
    pub fn close(&mut self, out: &mut Vec<Event<'a>>) {
        if let Some((label, before)) = self.current.take() {
            let definition = std::mem::replace(out, before);
            self.definitions.insert(label, definition);
        }
    }

    /// The notes at the end of the text; nothing if none was referred to. `back` names the way back. No `section`, since
    /// that should have a heading: the role says what it is.
    pub fn section(&mut self, prefix: &str, back: &str) -> Vec<Event<'a>> {
        let mut labels: Vec<_> = self.numbers.drain().collect();
        labels.sort_by_key(|(_, number)| *number);
        if labels.is_empty() {
            return Vec::new();
        }
        let html = |text: String| Event::Html(text.into());
        let mut section = vec![html("<div class=\"footnotes\" role=\"doc-endnotes\"><ol>\n".into())];
        for (label, number) in labels {
            let mut definition = self.definitions.remove(&label).unwrap_or_default();
            // Inside the last paragraph, so that the arrow follows the last word.
            let at = usize::from(definition.last() == Some(&Event::End(TagEnd::Paragraph)));
            definition.insert(definition.len() - at, Event::InlineHtml(way_back(number, prefix, back).into()));
            section.push(html(format!("<li id=\"{prefix}fn-{number}\">")));
            section.extend(definition);
            section.push(html("</li>\n".into()));
        }
        section.push(html("</ol></div>\n".into()));
        section
    }
}

fn way_back(number: usize, prefix: &str, back: &str) -> String {
    let name = escape_attribute(back);
    let attributes = format!("href=\"#{prefix}fnref-{number}\" role=\"doc-backlink\" aria-label=\"{name}\"");
    format!(" <a class=\"footnote-back\" {attributes}>↩</a>")
}
