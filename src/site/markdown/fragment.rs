//! Fragments: rendered Markdown with holes where links to other files go.
//!
//! A fragment depends on its own text alone, so it can be kept as long as the text stays the same. The graph knows
//! where the linked files lie and fills the holes when a page is made.

use crate::site::source::SIZES;

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A rendered text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fragment {
    /// Its HTML.
    pub pieces: Vec<Piece>,
    /// What the holes stand for, in the order of the text.
    pub links: Vec<Link>,
    /// Links to other sites.
    pub external: Vec<ExternalLink>,
    /// Its headings, in order.
    pub headings: Vec<Heading>,
    /// The first paragraph as plain text, for descriptions; may be empty.
    pub lead: String,
    /// All of it but the headings as plain text, for searches.
    pub text: String,
}

/// A part of a fragment; its HTML may be borrowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Piece<S = String> {
    /// Finished HTML.
    Html(S),
    /// The address of link number n goes here, escaped.
    Address(usize),
    /// The ` width="…" height="…"` of image number n goes here.
    Size(usize),
    /// A `<picture>` with the smaller forms of image number n begins here, if it has any.
    Open(usize),
    /// And ends here.
    Close(usize),
}

/// A link or image that leads to another file of the school.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// As the author wrote it.
    pub target: String,
    /// Where it stands in the body.
    pub span: Range<usize>,
    /// What it is.
    pub kind: LinkKind,
}

/// A link to another site, which `educa check --external` follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExternalLink {
    /// As the author wrote it.
    pub url: String,
    /// Where it stands in the body.
    pub span: Range<usize>,
}

/// What a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkKind {
    /// Something to follow.
    Page,
    /// Something to show.
    Image,
}

/// A heading of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    /// On the page: 2 to 6.
    pub level: u8,
    /// Its `id` on the page.
    pub id: String,
    /// What an author writes after `#` to link to it: the `id` without the prefix.
    pub anchor: String,
    /// Its text.
    pub title: String,
}

/// Where a link leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The address, percent-encoded, not yet escaped.
    pub href: String,
    /// Pixels of an image, if known.
    pub size: Option<(u64, u64)>,
    /// The smaller forms of an image; empty if there are none.
    pub srcset: String,
}

/// The HTML of a fragment's pieces, with every hole filled: `resolved` has one entry per link.
pub fn fill<S: AsRef<str>>(pieces: &[Piece<S>], resolved: &[Resolved]) -> String {
    let length = |piece: &Piece<S>| if let Piece::Html(text) = piece { text.as_ref().len() } else { 64 };
    let mut html = String::with_capacity(pieces.iter().map(length).sum());
    for piece in pieces {
        match piece {
            Piece::Html(text) => html.push_str(text.as_ref()),
            Piece::Address(at) => html.push_str(&escape_attribute(&resolved[*at].href)),
            Piece::Open(at) if !resolved[*at].srcset.is_empty() => {
                let srcset = escape_attribute(&resolved[*at].srcset);
                html.push_str(&format!("<picture><source type=\"image/webp\" srcset=\"{srcset}\" sizes=\"{SIZES}\">"));
            }
            Piece::Close(at) if !resolved[*at].srcset.is_empty() => html.push_str("</picture>"),
            Piece::Open(_) | Piece::Close(_) => {}
            Piece::Size(at) => {
                if let Some((width, height)) = resolved[*at].size {
                    html.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
                }
            }
        }
    }
    html
}

/// Cuts the HTML at the marks of holes: `<mark>a<n>;` is an address, `<mark>s<n>;` a size.
pub(super) fn cut(html: &str, mark: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut parts = html.split(mark);
    if let Some(first) = parts.next().filter(|first| !first.is_empty()) {
        pieces.push(Piece::Html(first.to_owned()));
    }
    for part in parts {
        let (hole, rest) = part.split_once(';').unwrap_or((part, ""));
        let at = hole[1..].parse().expect("the renderer wrote the number");
        pieces.push(match hole.as_bytes()[0] {
            b'a' => Piece::Address(at),
            b'o' => Piece::Open(at),
            b'c' => Piece::Close(at),
            _ => Piece::Size(at),
        });
        if !rest.is_empty() {
            pieces.push(Piece::Html(rest.to_owned()));
        }
    }
    pieces
}

/// The scheme of an absolute URL, in lower case; `//host` counts as `https`.
pub(super) fn scheme(target: &str) -> Option<&str> {
    if target.starts_with("//") {
        return Some("https");
    }
    let (scheme, _) = target.split_once(':')?;
    let sound = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    sound.then_some(match scheme.to_ascii_lowercase().as_str() {
        "http" => "http",
        "https" => "https",
        "mailto" => "mailto",
        "tel" => "tel",
        _ => scheme,
    })
}

/// Escapes a text for a double-quoted HTML attribute.
pub(super) fn escape_attribute(text: &str) -> String {
    if !text.contains(['&', '"', '<', '>']) {
        return text.to_owned();
    }
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
