//! Markdown into a [`Fragment`].
//!
//! pulldown-cmark parses and writes; between the two this file changes the stream of events:
//! 1. headings get their level on the page and an `id`;
//! 2. links and images that lead into the school become holes, others are checked for their scheme;
//! 3. footnotes are gathered at the end, linked both ways;
//! 4. tables, alerts and task boxes get what assistive technology needs;
//! 5. code gets its colours, formulas become MathML;
//! 6. raw HTML passes only where the site's settings trust its authors with it.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::code::CodeBlock;
pub use super::dialect::{Dialect, MarkdownWords, RenderOptions};
use super::footnotes::Footnotes;
use super::fragment::{ExternalLink, Fragment, Link, LinkKind, cut, escape_attribute, scheme};
use super::headings::Headings;
use super::math::mathml;
use super::picture::Picture;
use super::tables::Table;
use crate::diag::{Diagnostics, Severity, SourceText};
use crate::digest::Digest;

/// Renders `body`, which begins at byte `offset` of `source`.
pub fn render(
    options: &RenderOptions,
    source: SourceText<'_>,
    offset: usize,
    diagnostics: &mut Diagnostics,
) -> Fragment {
    let body = &source.text[offset..];
    let mut renderer = Renderer::new(options, source, offset, diagnostics);
    for (event, span) in Parser::new_ext(body, extensions(options.dialect)).into_offset_iter() {
        if !renderer.nesting_is_sound(&event, &span) {
            return Fragment::default();
        }
        renderer.event(event, span);
    }
    renderer.finish()
}

/// How deep blocks and inlines may nest. Nobody reads what lies deeper, and browsers draw it differently.
const MAX_NESTING: usize = 128;

/// How many warnings, and how many errors, are said of one text.
const MAX_SAID: usize = 100;

fn extensions(dialect: Dialect) -> Options {
    let math = if dialect.math { Options::ENABLE_MATH } else { Options::empty() };
    math | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

struct Renderer<'a, 'd> {
    options: &'a RenderOptions,
    source: SourceText<'a>,
    offset: usize,
    diagnostics: &'d mut Diagnostics,
    /// Marks the holes in the HTML text. It holds the body's digest, so no author can write one by accident or design.
    mark: String,
    out: Vec<Event<'a>>,
    links: Vec<Link>,
    external: Vec<ExternalLink>,
    headings: Headings,
    /// The code block being read.
    code: Option<CodeBlock>,
    /// How many things are open.
    depth: usize,
    /// How many warnings and errors were said.
    n_said: [usize; 2],
    /// The image being read, with the alternative text so far.
    picture: Option<Picture>,
    footnotes: Footnotes<'a>,
    table: Table,
    lead: String,
    /// The words of it, as a search finds them.
    text: String,
    in_first_paragraph: bool,
    /// Inside a block of HTML: whether a warning about it was given.
    html_block: Option<bool>,
}

/// What ends in the middle of a word; all else stands apart from what follows.
const INLINE: [TagEnd; 4] = [TagEnd::Emphasis, TagEnd::Strong, TagEnd::Strikethrough, TagEnd::Link];

impl<'a, 'd> Renderer<'a, 'd> {
    fn new(
        options: &'a RenderOptions,
        source: SourceText<'a>,
        offset: usize,
        diagnostics: &'d mut Diagnostics,
    ) -> Self {
        Self {
            options,
            source,
            offset,
            diagnostics,
            mark: format!("hole-{}-", Digest::of(&source.text.as_bytes()[offset..]).short()),
            out: Vec::new(),
            links: Vec::new(),
            external: Vec::new(),
            headings: Headings::new(options.top_level, &options.id_prefix),
            code: None,
            depth: 0,
            n_said: [0; 2],
            picture: None,
            footnotes: Footnotes::default(),
            table: Table::default(),
            lead: String::new(),
            text: String::new(),
            in_first_paragraph: false,
            html_block: None,
        }
    }

    fn event(&mut self, event: Event<'a>, span: Range<usize>) {
        if self.picture.is_some() {
            self.inside_picture(event);
            return;
        }
        if let (Some(code), Event::Text(text)) = (&mut self.code, &event) {
            code.text.push_str(text);
            return;
        }
        self.note_text(&event);
        match event {
            Event::InlineMath(tex) => self.formula(&tex, false, span),
            Event::DisplayMath(tex) => self.formula(&tex, true, span),
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag),
            Event::FootnoteReference(label) => {
                let reference = self.footnotes.reference(&label, &self.options.id_prefix);
                self.out.push(Event::InlineHtml(reference.into()));
            }
            Event::TaskListMarker(done) => self.task_box(done),
            Event::Html(text) => self.raw_html(text, span, Event::Html),
            Event::InlineHtml(text) => self.raw_html(text, span, Event::InlineHtml),
            // As HTML writes them; pulldown-cmark ends them like XML.
            Event::Rule => self.out.push(Event::Html("<hr>\n".into())),
            Event::HardBreak => self.out.push(Event::InlineHtml("<br>\n".into())),
            other => self.out.push(other),
        }
    }

    fn start(&mut self, tag: Tag<'a>, span: Range<usize>) {
        match tag {
            Tag::Heading { level, id, classes, .. } => {
                let (level, mistakes) = self.headings.open(level, self.out.len());
                for (message, help) in mistakes {
                    self.say(Severity::Warning, span.clone(), message, help);
                }
                // Other attributes could be event handlers.
                let attrs = Vec::new();
                self.out.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Tag::Link { link_type, dest_url, title, id } => {
                let email = link_type == pulldown_cmark::LinkType::Email;
                let dest_url = if email { dest_url } else { self.target(dest_url, span, LinkKind::Page) };
                self.out.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Tag::Image { dest_url, title, .. } => self.start_image(dest_url, &title, span),
            Tag::FootnoteDefinition(label) => self.footnotes.open(&label, &mut self.out),
            Tag::BlockQuote(Some(kind)) => {
                self.out.push(Event::Start(Tag::BlockQuote(Some(kind))));
                let word = escape_attribute(&self.options.words.alerts[alert_index(kind)]);
                self.html(format!("<p class=\"alert-title\">{word}</p>\n"));
            }
            Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell => {
                let html = self.table.start(tag);
                self.html(html);
            }
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(CodeBlock { info, span, text: String::new() });
            }
            Tag::HtmlBlock => self.html_block = Some(false),
            tag => {
                self.in_first_paragraph = tag == Tag::Paragraph && self.lead.is_empty();
                self.out.push(Event::Start(tag));
            }
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if !INLINE.contains(&tag) {
            self.text.push('\n');
        }
        match tag {
            TagEnd::Heading(_) => self.headings.close(&mut self.out),
            TagEnd::FootnoteDefinition => self.footnotes.close(&mut self.out),
            TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => {
                let html = self.table.end(tag);
                self.html(html.into());
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.html_block = None,
            tag => {
                self.in_first_paragraph &= tag != TagEnd::Paragraph;
                self.out.push(Event::End(tag));
            }
        }
    }

    fn start_image(&mut self, dest_url: CowStr<'a>, title: &str, span: Range<usize>) {
        let before = self.links.len();
        let address = self.target(dest_url, span, LinkKind::Image);
        let hole = |kind| {
            if self.links.len() > before { format!("{}{kind}{before};", self.mark) } else { String::new() }
        };
        self.picture = Some(Picture::new(&address, title, hole));
    }

    fn inside_picture(&mut self, event: Event<'a>) {
        let Some(picture) = &mut self.picture else { return };
        if !picture.take(event) {
            return;
        }
        self.text.push_str(picture.alt());
        self.out.push(Event::InlineHtml(picture.html().into()));
        self.picture = None;
    }

    /// What to write for a link's target: a hole if it leads into the school, itself if it leads away.
    fn target(&mut self, target: CowStr<'a>, span: Range<usize>, kind: LinkKind) -> CowStr<'a> {
        match scheme(&target) {
            None => {
                let hole = format!("{}a{};", self.mark, self.links.len());
                self.links.push(Link { target: target.to_string(), span, kind });
                hole.into()
            }
            Some("http" | "https") => {
                self.external.push(ExternalLink { url: target.to_string(), span });
                target
            }
            Some("mailto" | "tel") => target,
            Some(other) => {
                let message = format!("links of the kind `{other}:` are not allowed");
                self.say(Severity::Error, span, message, "use https:, mailto:, tel: or a file's path");
                "".into()
            }
        }
    }

    fn formula(&mut self, tex: &str, display: bool, span: Range<usize>) {
        if self.n_said[1] > MAX_SAID {
            return;
        }
        let html = mathml(tex, display).unwrap_or_else(|reason| {
            let message = format!("this formula cannot be read: {reason}");
            self.say(Severity::Error, span, message, "write `\\$` if it is no formula");
            format!("<code>{}</code>", escape_attribute(tex))
        });
        self.out.push(Event::InlineHtml(html.into()));
    }

    fn end_code(&mut self) {
        let Some(code) = self.code.take() else { return };
        let (html, mistakes) = code.html(self.options.dialect.highlight);
        let line = &self.source.text[self.offset..][code.span.clone()];
        let line = line.lines().next().unwrap_or_default();
        for mistake in mistakes {
            let start = code.span.start + line.find(&mistake.word).unwrap_or(0);
            self.say(Severity::Warning, start..start + mistake.word.len().max(1), mistake.message, mistake.help);
        }
        self.html(html);
    }

    /// Says one thing, unless so much was said of this text that nobody would read it: a place costs a walk through the
    /// text, and a generated text may have a mistake in each line.
    fn say(&mut self, severity: Severity, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let n_said = &mut self.n_said[usize::from(severity == Severity::Error)];
        *n_said += 1;
        if *n_said <= MAX_SAID {
            let at = self.in_source(span);
            let said = match severity {
                Severity::Error => self.source.error(at, message),
                Severity::Warning => self.source.warning(at, message),
            };
            self.diagnostics.push(said.help(help));
        }
    }

    fn nesting_is_sound(&mut self, event: &Event<'a>, span: &Range<usize>) -> bool {
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth -= 1,
            _ => {}
        }
        if self.depth > MAX_NESTING {
            let message = format!("this nests deeper than {MAX_NESTING} levels");
            self.say(
                Severity::Error,
                span.start..span.start + 1,
                message,
                "lists, quotes and emphasis: use fewer levels",
            );
        }
        self.depth <= MAX_NESTING
    }

    fn task_box(&mut self, done: bool) {
        let name = escape_attribute(&self.options.words.tasks[usize::from(done)]);
        let checked = if done { " checked" } else { "" };
        self.out.push(Event::InlineHtml(
            format!("<input type=\"checkbox\" disabled{checked} aria-label=\"{name}\"> ").into(),
        ));
    }

    fn raw_html(&mut self, text: CowStr<'a>, span: Range<usize>, pass: fn(CowStr<'a>) -> Event<'a>) {
        if self.options.dialect.raw_html {
            self.out.push(pass(text));
            return;
        }
        if !text.trim_start().starts_with("<!--") {
            // One warning for an element: neither for its end nor for each line of a block.
            if self.html_block != Some(true) && !text.starts_with("</") {
                let help =
                    "write it in Markdown, or set `html = true` under [build] in educa.toml if you trust all authors";
                self.say(Severity::Warning, span, "HTML is shown as text", help);
            }
            self.html_block = self.html_block.map(|_| true);
            self.out.push(Event::Text(text));
        }
    }

    /// Gathers the text of headings and of the first paragraph.
    fn note_text(&mut self, event: &Event<'a>) {
        let text: &str = match event {
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => text,
            Event::SoftBreak | Event::HardBreak => " ",
            _ => return,
        };
        if self.headings.add_text(text) {
            return;
        }
        self.text.push_str(text);
        if self.in_first_paragraph {
            self.lead.push_str(text);
        }
    }

    fn html(&mut self, html: String) {
        self.out.push(Event::Html(html.into()));
    }

    fn in_source(&self, span: Range<usize>) -> Range<usize> {
        span.start + self.offset..span.end + self.offset
    }

    fn finish(mut self) -> Fragment {
        self.out.extend(self.footnotes.section(&self.options.id_prefix, &self.options.words.back));
        let mut text = String::new();
        html::push_html(&mut text, std::mem::take(&mut self.out).into_iter());
        Fragment {
            pieces: cut(&text, &self.mark),
            links: self.links,
            external: self.external,
            headings: self.headings.finish(),
            lead: self.lead,
            text: self.text,
        }
    }
}

fn alert_index(kind: BlockQuoteKind) -> usize {
    match kind {
        BlockQuoteKind::Note => 0,
        BlockQuoteKind::Tip => 1,
        BlockQuoteKind::Important => 2,
        BlockQuoteKind::Warning => 3,
        BlockQuoteKind::Caution => 4,
    }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
