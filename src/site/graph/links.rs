//! Links between files: what an author wrote into where it leads, or a diagnostic.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization as _;

use super::places::Target;
use super::site_graph::SiteGraph;
use crate::course::{Address, Audience, routes};
use crate::diag::{Diagnostics, nearest};
use crate::site::cache::FragmentFacts;
use crate::site::curriculum::Document;
use crate::site::markdown::{Link, LinkKind, Resolved};
use crate::site::source::srcset;

/// Files that stand for their folder, in the order in which they are looked for.
const INDEXES: [&str; 3] = ["module.md", "course.md", "subject.md"];

/// How many broken links are said of one text.
const MAX_BROKEN: usize = 100;

impl SiteGraph<'_> {
    /// Resolves all links of a text that is read by `reader`. What leads nowhere is reported and left as `#`.
    pub fn resolve(&self, document: &Document, reader: Audience, diagnostics: &mut Diagnostics) -> Vec<Resolved> {
        let Some(fragment) = self.fragments.get(&document.path) else { return Vec::new() };
        let mut n_broken = 0;
        let mut resolve = |link: &Link| match self.resolve_link(document, fragment, link) {
            // One is enough to publish nothing, and nobody reads more of one text; each costs a walk through it.
            Err(_) if n_broken >= MAX_BROKEN => Resolved::default(),
            Ok(Leads::Here(href)) => Resolved { href, ..Resolved::default() },
            Ok(Leads::To(target, anchor)) => {
                self.check_reader(document, link, target, reader, diagnostics);
                let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
                let srcset = match link.kind {
                    LinkKind::Image => srcset(&self.scaled(target)),
                    LinkKind::Page => String::new(),
                };
                Resolved { href: format!("{}{anchor}", target.address.href()), size: target.pixels(), srcset }
            }
            Err(Broken { message, help }) => {
                n_broken += 1;
                diagnostics.push(document.error(document.in_text(&link.span), message).help(help));
                Resolved { href: "#".to_owned(), ..Resolved::default() }
            }
        };
        fragment.links.iter().map(&mut resolve).collect()
    }

    /// An image that the readers of its page cannot see is surely a mistake; a link may be meant as a promise.
    fn check_reader(
        &self,
        document: &Document,
        link: &Link,
        target: &Target,
        reader: Audience,
        diagnostics: &mut Diagnostics,
    ) {
        if link.kind == LinkKind::Image && target.audience != Audience::Everyone && target.audience != reader {
            let message = "readers of this page who are not enrolled in the image's course will not see it";
            let help = "copy the image beside this text";
            diagnostics.push(document.warning(document.in_text(&link.span), message).help(help));
        }
    }

    fn resolve_link(&self, document: &Document, fragment: &FragmentFacts, link: &Link) -> Result<Leads<'_>, Broken> {
        let (written, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
        // Before decoding: in `what%3F.pdf` the question mark is part of the name.
        let (path, query) = written.split_once('?').unwrap_or((written, ""));
        let path = percent_decode_str(path).decode_utf8_lossy();
        // Letter by letter only where letters have more than one form.
        let path = if path.is_ascii() { path } else { path.nfc().collect() };
        let path = &*path;
        if path.is_empty() {
            let id = anchor_in(fragment, anchor)?;
            return Ok(Leads::Here(format!("#{id}")));
        }
        let wanted = join(&document.path, path).ok_or_else(|| Broken {
            message: format!("\"{path}\" leads out of the content folder"),
            help: "link to a file inside it".to_owned(),
        })?;
        let address = path.starts_with('/') && !path.ends_with(".md");
        let (path, target) = match self.find(&wanted) {
            Some(found) => found,
            None if address => return self.absolute(path, query, anchor),
            None => return Err(self.nothing_at(&document.path, &wanted, path)),
        };
        Ok(Leads::To(target, self.anchor(path, target, anchor)?))
    }

    /// The place on the page that a link's `#anchor` means.
    fn anchor(&self, path: &str, target: &Target, anchor: &str) -> Result<String, Broken> {
        match self.fragments.get(path) {
            Some(fragment) if !anchor.is_empty() => anchor_in(fragment, anchor),
            _ => Ok(target.anchor.clone()),
        }
    }

    /// A link that names an address of the site rather than a file.
    fn absolute(&self, path: &str, query: &str, anchor: &str) -> Result<Leads<'_>, Broken> {
        let address: Result<Address, _> = path.parse();
        match address {
            Ok(address) if routes::is_served(&address) || self.has_address(&address) => {
                let query = if query.is_empty() { String::new() } else { format!("?{query}") };
                let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
                Ok(Leads::Here(format!("{}{query}{anchor}", address.href())))
            }
            _ => Err(Broken {
                message: format!("there is no page at {path}"),
                help: "link to the file instead, relative to this text: it is checked and follows when it moves".into(),
            }),
        }
    }

    fn find(&self, wanted: &str) -> Option<(&str, &Target)> {
        let wanted = wanted.trim_end_matches('/');
        let indexes = INDEXES.iter().map(|index| format!("{wanted}/{index}"));
        std::iter::once(wanted.to_owned()).chain(indexes).find_map(|path| self.entry(&path))
    }

    fn nothing_at(&self, from: &str, wanted: &str, path: &str) -> Broken {
        if self.curriculum.has_file(wanted) {
            let message = format!("\"{path}\" has no page");
            return Broken { message, help: "it is a draft, part of a draft, or has mistakes of its own".to_owned() };
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        // The same name in another folder, or a name like it in the same folder.
        let namesakes = self.paths().filter(|other| other.rsplit('/').next() == Some(name));
        let mut namesakes: Vec<_> = namesakes.map(|other| relative(folder, other)).collect();
        namesakes.sort_unstable();
        let beside = self.paths().filter_map(|other| other.strip_prefix(folder)?.strip_prefix('/'));
        let near = nearest(path, namesakes.iter().map(String::as_str));
        // Every course has a course.md: one that is not near is not meant.
        let far = namesakes.first().map(String::as_str).filter(|_| !INDEXES.contains(&name));
        let help = match near.or(far).or_else(|| nearest(path, beside)) {
            Some(other) => format!("did you mean \"{}\"?", as_written(other)),
            None => "paths are relative to this text".to_owned(),
        };
        Broken { message: format!("there is no file \"{path}\""), help }
    }
}

/// Where a link leads.
enum Leads<'a> {
    /// A finished address.
    Here(String),
    /// A file's place, and the anchor on its page.
    To(&'a Target, String),
}

/// Why a link leads nowhere.
struct Broken {
    message: String,
    help: String,
}

fn anchor_in(fragment: &FragmentFacts, anchor: &str) -> Result<String, Broken> {
    if anchor.is_empty() {
        return Ok(String::new());
    }
    let heading = fragment.headings.iter().find(|heading| heading.anchor == anchor);
    heading.map(|heading| heading.id.clone()).ok_or_else(|| {
        let anchors = fragment.headings.iter().map(|heading| heading.anchor.as_str());
        let help = match nearest(anchor, anchors.clone()) {
            Some(near) => format!("did you mean #{near}?"),
            None if fragment.headings.is_empty() => "that text has no headings".to_owned(),
            None => format!("the headings there are #{}", anchors.collect::<Vec<_>>().join(", #")),
        };
        Broken { message: format!("there is no heading #{anchor}"), help }
    })
}

/// `relative` seen from the folder of `from`; nothing if it leaves the content folder.
fn join(from: &str, relative: &str) -> Option<String> {
    let (mut parts, relative) = match relative.strip_prefix('/') {
        Some(rest) => (Vec::new(), rest),
        None => (from.split('/').collect(), relative),
    };
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path as it can stand in a link: what would end the link or mean something else in it is escaped.
fn as_written(path: &str) -> String {
    let escaped = |character: char| match character {
        ' ' | '#' | '%' | '?' | '(' | ')' | '<' | '>' | '\\' => format!("%{:02X}", u32::from(character)),
        other => other.to_string(),
    };
    path.chars().map(escaped).collect()
}

/// How a text in `folder` would name the file `path`.
fn relative(folder: &str, path: &str) -> String {
    let from: Vec<_> = folder.split('/').collect();
    let to: Vec<_> = path.split('/').collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    up.chain(to[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_like_addresses() {
        let joined = |relative| join("maths/algebra/01-sets/02-union.md", relative);
        assert_eq!(joined("03-x.md").as_deref(), Some("maths/algebra/01-sets/03-x.md"));
        assert_eq!(joined("../course.md").as_deref(), Some("maths/algebra/course.md"));
        assert_eq!(joined("/music/x/course.md").as_deref(), Some("music/x/course.md"));
        assert_eq!(joined("../../../../x.md"), None);
        assert_eq!(relative("maths/algebra/01-sets", "maths/algebra/course.md"), "../course.md");
    }
}
