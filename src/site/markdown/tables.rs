//! Tables: pulldown-cmark aligns cells with inline styles, which our Content-Security-Policy forbids; here it is classes.

use pulldown_cmark::{Alignment, Tag, TagEnd};

/// The table being read.
#[derive(Default)]
pub struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl Table {
    /// The HTML of the beginning of a part.
    pub fn start(&mut self, tag: Tag<'_>) -> String {
        match tag {
            Tag::Table(alignments) => {
                self.alignments = alignments;
                // A wide table scrolls in its own box on a phone; the box takes focus so that keys can scroll it.
                "<div class=\"table-scroll\" tabindex=\"0\"><table>\n".to_owned()
            }
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                "<thead><tr>".to_owned()
            }
            Tag::TableRow => {
                self.column = 0;
                "<tr>".to_owned()
            }
            _ => self.cell(),
        }
    }

    fn cell(&mut self) -> String {
        let alignment = self.alignments.get(self.column).copied().unwrap_or(Alignment::None);
        self.column += 1;
        let tag = if self.in_head { "th scope=\"col\"" } else { "td" };
        let class = match alignment {
            Alignment::None => "",
            Alignment::Left => " class=\"align-left\"",
            Alignment::Center => " class=\"align-center\"",
            Alignment::Right => " class=\"align-right\"",
        };
        format!("<{tag}{class}>")
    }

    /// The HTML of the end of a part.
    pub fn end(&mut self, tag: TagEnd) -> &'static str {
        match tag {
            TagEnd::Table => "</tbody></table></div>\n",
            TagEnd::TableHead => {
                self.in_head = false;
                "</tr></thead>\n<tbody>\n"
            }
            TagEnd::TableRow => "</tr>\n",
            _ if self.in_head => "</th>",
            _ => "</td>",
        }
    }
}
