//! Headings: their level on the page, an `id` each, and what is wrong with their order.

use std::collections::HashMap;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::fragment::{Heading, escape_attribute};
use crate::course::Slug;

/// The headings of one text while it is rendered.
pub struct Headings {
    top_level: u8,
    id_prefix: String,
    all: Vec<Heading>,
    anchors: HashMap<String, usize>,
    /// The place of the open heading's first event.
    open_at: Option<usize>,
}

/// A message and what to do about it.
type Mistake = (&'static str, &'static str);

impl Headings {
    /// No heading yet. `top_level` is the level on the page of a heading written `##`.
    pub fn new(top_level: u8, id_prefix: &str) -> Self {
        let id_prefix = id_prefix.to_owned();
        Self { top_level, id_prefix, all: Vec::new(), anchors: HashMap::new(), open_at: None }
    }

    /// A heading begins, whose first event will stand at `at`: its level on the page, and what is wrong with it.
    pub fn open(&mut self, written: HeadingLevel, at: usize) -> (HeadingLevel, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        if written == HeadingLevel::H1 {
            let message = "a heading `#` is a second title of the page";
            mistakes.push((message, "begin with `##`; `title` is the page's heading"));
        }
        let level = (written as u8).max(2) - 2 + self.top_level;
        let before = self.all.last().map_or(self.top_level - 1, |heading| heading.level);
        if level > before + 1 {
            let message = "this heading skips a level, which loses people who listen to the page";
            mistakes.push((message, "use one `#` more than the heading above it"));
        }
        let level = level.min(6);
        self.all.push(Heading { level, id: String::new(), anchor: String::new(), title: String::new() });
        self.open_at = Some(at);
        (HeadingLevel::try_from(usize::from(level)).unwrap_or(HeadingLevel::H6), mistakes)
    }

    /// Takes the text of the open heading; false if none is open.
    pub fn add_text(&mut self, text: &str) -> bool {
        match (self.open_at, self.all.last_mut()) {
            (Some(_), Some(heading)) => {
                heading.title.push_str(text);
                true
            }
            _ => false,
        }
    }

    /// The open heading ends: it gets its `id`, and a link to itself.
    pub fn close(&mut self, out: &mut Vec<Event<'_>>) {
        let (Some(at), Some(heading)) = (self.open_at.take(), self.all.last_mut()) else { return };
        let Event::Start(Tag::Heading { level, id, .. }) = &mut out[at] else { return };
        let wish = match id {
            Some(id) => id.to_string(),
            None => Slug::from_name(&heading.title).map_or_else(|| "section".to_owned(), |slug| slug.to_string()),
        };
        heading.anchor = unused(&mut self.anchors, wish);
        heading.id = format!("{}{}", self.id_prefix, heading.anchor);
        *id = Some(heading.id.clone().into());
        let level = *level;
        let href = escape_attribute(&heading.id);
        // For a pointer only: in the order of keys and to a screen reader it would double every heading.
        let link = format!("<a class=\"anchor\" href=\"#{href}\" aria-hidden=\"true\" tabindex=\"-1\"></a>");
        out.push(Event::Html(link.into()));
        out.push(Event::End(TagEnd::Heading(level)));
    }

    /// All of them, in order.
    pub fn finish(self) -> Vec<Heading> {
        self.all
    }
}

/// `wish`, or the first of `wish-2`, `wish-3` … that no heading has yet. `anchors` knows where the last search for a
/// wish ended, so that a hundred thousand equal headings do not each begin at 2.
fn unused(anchors: &mut HashMap<String, usize>, wish: String) -> String {
    let Some(last) = anchors.get(&wish).copied() else {
        anchors.insert(wish.clone(), 1);
        return wish;
    };
    let free = |n: &usize| !anchors.contains_key(&format!("{wish}-{n}"));
    let n = (last + 1..).find(free).unwrap_or(last);
    let anchor = format!("{wish}-{n}");
    anchors.insert(wish, n);
    anchors.insert(anchor.clone(), 1);
    anchor
}
