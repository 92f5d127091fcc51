//! A picture in a text while its alternative text is read.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::fragment::escape_attribute;

/// An image whose end has not come yet.
pub struct Picture {
    /// All of its tag but the alternative text.
    tag: String,
    /// What comes behind the tag.
    close: String,
    alt: String,
    /// Images inside the alternative text of an image count as their text.
    depth: usize,
}

impl Picture {
    /// Begins; `hole` makes the marks of what depends on the file: `o`pening, `s`ize, `c`losing.
    pub fn new(address: &str, title: &str, hole: impl Fn(char) -> String) -> Self {
        let (open, size, close) = (hole('o'), hole('s'), hole('c'));
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape_attribute(title)) };
        let address = escape_attribute(address);
        let tag = format!("{open}<img src=\"{address}\"{size}{title} loading=\"lazy\" decoding=\"async\"");
        Self { tag, close, alt: String::new(), depth: 0 }
    }

    /// Takes what stands inside it; whether that was its end.
    pub fn take(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.alt.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => self.alt.push(' '),
            Event::Start(Tag::Image { .. }) => self.depth += 1,
            Event::End(TagEnd::Image) if self.depth > 0 => self.depth -= 1,
            Event::End(TagEnd::Image) => return true,
            _ => {}
        }
        false
    }

    /// Its alternative text.
    pub fn alt(&self) -> &str {
        &self.alt
    }

    /// All of it.
    pub fn html(&self) -> String {
        format!("{} alt=\"{}\">{}", self.tag, escape_attribute(&self.alt), self.close)
    }
}
