//! Texts into HTML: a fragment is a function of its text and a few options alone.

mod dialect;
mod fragment;
mod headings;
mod footnotes;
mod tables;
mod languages;
mod grammars;
mod highlight;
mod fence;
mod code;
mod math;
mod picture;
mod render;

pub use fragment::{ExternalLink, Fragment, Heading, Link, LinkKind, Piece, Resolved, fill};
pub use render::{Dialect, MarkdownWords, RenderOptions, render};
