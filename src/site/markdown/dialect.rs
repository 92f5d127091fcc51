//! How a text is to be rendered: everything that a fragment depends on besides the text itself. Plain data.

use serde::Serialize;

/// How to render a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RenderOptions {
    /// The level on the page of a heading written `##`: 2 where the page's title is its `h1`, 3 below an `h2`.
    pub top_level: u8,
    /// What every `id` begins with, so that texts can share a page; may be empty.
    pub id_prefix: String,
    /// What Markdown means in this school.
    pub dialect: Dialect,
    /// The words that a text needs and its author does not write.
    pub words: MarkdownWords,
}

/// What Markdown means in a school: `[build]` of educa.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dialect {
    /// Whether raw HTML passes.
    pub raw_html: bool,
    /// Whether code gets colours.
    pub highlight: bool,
    /// Whether `$…$` is a formula.
    pub math: bool,
}

/// Words of the page's language that appear inside rendered texts.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MarkdownWords {
    /// Titles of alerts: note, tip, important, warning, caution.
    pub alerts: [String; 5],
    /// The name of the link from a footnote back to the text.
    pub back: String,
    /// The names of a task's box: open, done.
    pub tasks: [String; 2],
}
