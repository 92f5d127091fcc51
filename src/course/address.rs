//! Addresses: where on the site a page or a file lies.
//!
//! An [`Address`] is a decoded absolute path without query. It maps to one file and back: a page's address ends in a
//! slash and its file is `index.html` in that folder. [`routes`] lists the address of every kind of page, so that the
//! build and the server cannot disagree.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// An absolute path on the site, decoded: `/course/algebra-basics/` or `/course/x/01-sets/Übung 1.pdf`.
///
/// No part is empty, `.`, `..`, hidden (begins with a dot), or holds a backslash or a control character; so an address
/// can be joined to a folder without leaving it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<str>);

/// Why a text is not an [`Address`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address begins with a slash and has no empty, hidden or dotted parts, backslashes or control characters")]
pub struct NotAnAddress;

/// What must be escaped in a path: RFC 3986's pchar is the rest.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'\\');

impl Address {
    /// The decoded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for an `href`: percent-encoded, still to be escaped as an HTML attribute.
    pub fn href(&self) -> String {
        Cow::from(utf8_percent_encode(&self.0, ESCAPED)).into_owned()
    }

    /// Whether this is a page (ends in a slash) rather than a file.
    pub fn is_page(&self) -> bool {
        self.0.ends_with('/')
    }

    /// The file below `public/` or `private/` that holds it, relative and with `/` as separator.
    pub fn file(&self) -> String {
        let relative = &self.0[1..];
        if self.is_page() { format!("{relative}index.html") } else { relative.to_owned() }
    }

    /// The folder that this page or file lies in, as a page.
    #[must_use]
    pub fn parent(&self) -> Self {
        let path = self.0.trim_end_matches('/');
        Self(path.rfind('/').map_or("/", |at| &path[..=at]).into())
    }

    /// The address of something in this page's folder.
    pub fn join(&self, relative: &str) -> Result<Self, NotAnAddress> {
        let folder = self.0.rfind('/').map_or("/", |at| &self.0[..=at]);
        format!("{folder}{relative}").parse()
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let Some(relative) = text.strip_prefix('/') else { return Err(NotAnAddress) };
        let parts = relative.strip_suffix('/').unwrap_or(relative);
        let sound = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && !part.chars().any(|character| character == '\\' || character.is_control())
        };
        let root = relative.is_empty();
        if root || parts.split('/').all(sound) { Ok(Self(text.into())) } else { Err(NotAnAddress) }
    }
}

/// So that a map by address can be asked with a text. An address is compared and hashed as its text.
impl Borrow<str> for Address {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The address of every kind of page.
pub mod routes {
    use super::Address;
    use crate::course::{Audience, CourseId, Slug};

    /// The catalog of all courses.
    pub fn catalog() -> Address {
        Address("/".into())
    }

    /// The page that a static host serves for what does not exist.
    pub fn not_found() -> Address {
        Address("/404.html".into())
    }

    /// One subject's courses.
    pub fn subject(subject: &Slug) -> Address {
        Address(format!("/course/{SUBJECT_SLUG}/{subject}/").into())
    }

    /// The slug no course may have, because its addresses are the subjects'.
    pub const SUBJECT_SLUG: &str = "subject";

    /// Whether the server answers this address by itself, or theme assets lie there.
    pub fn is_served(address: &Address) -> bool {
        let first = address.0.split('/').nth(1).unwrap_or_default();
        SERVED.contains(&first)
    }

    /// Whether the server answers this address by itself, whatever was published.
    pub fn is_answered(address: &Address) -> bool {
        let first = address.0.split('/').nth(1).unwrap_or_default();
        answered().any(|folder| folder == first)
    }

    const SERVED: [&str; 6] = ["accounts", "students", "api", "chat", "ws", ASSETS];
    const ASSETS: &str = "assets";

    /// The folders whose addresses the server answers by itself: nothing in them is for a search engine.
    pub fn answered() -> impl Iterator<Item = &'static str> {
        SERVED.into_iter().filter(|folder| *folder != ASSETS)
    }

    /// The list of pages for search engines.
    pub fn sitemap() -> Address {
        Address("/sitemap.xml".into())
    }

    /// A part of a list that is too long for one file, from 1. Beside the list: one in a folder could name only what lies
    /// in that folder.
    pub fn sitemap_part(nth: usize) -> Address {
        Address(format!("/sitemap-{nth}.xml").into())
    }

    /// The page that searches.
    pub fn search() -> Address {
        Address(format!("/{SEARCH}/").into())
    }

    /// Where a search begins that everyone may make.
    pub fn search_index() -> Address {
        Address(format!("/{SEARCH}/index.json").into())
    }

    /// Where a search begins in what of a course only the enrolled may read.
    pub fn search_enrolled(course: CourseId) -> Address {
        Address(format!("/{SEARCH}/{course}-enrolled.json").into())
    }

    /// A part of an index: of what everyone may read, or of one course.
    pub fn search_shard(reader: Audience, name: &str) -> Address {
        match reader {
            Audience::Everyone => Address(format!("/{SEARCH}/all/{name}.bin").into()),
            Audience::Enrolled(course) => Address(format!("/{SEARCH}/{course}-enrolled/{name}.bin").into()),
        }
    }

    /// Titles and texts of some pages of a course that one kind of reader may read.
    pub fn search_block(course: CourseId, reader: Audience, nth: usize) -> Address {
        match reader {
            Audience::Everyone => Address(format!("/{SEARCH}/{course}/{nth}.bin").into()),
            Audience::Enrolled(_) => Address(format!("/{SEARCH}/{course}-enrolled/{nth}.bin").into()),
        }
    }

    /// The titles of all pages of a course that one kind of reader may read.
    pub fn search_titles(course: CourseId, reader: Audience) -> Address {
        match reader {
            Audience::Everyone => Address(format!("/{SEARCH}/{course}/titles.bin").into()),
            Audience::Enrolled(_) => Address(format!("/{SEARCH}/{course}-enrolled/titles.bin").into()),
        }
    }

    /// Whether an address is in the folder of the search, where files get their names from what is in them.
    pub fn is_search(address: &Address) -> bool {
        address.0.split('/').nth(1).unwrap_or_default() == SEARCH
    }

    const SEARCH: &str = "search";

    /// The feed of a page.
    pub fn feed(page: &Address) -> Address {
        Address(format!("{}{FEED}", page.0).into())
    }

    /// Whether a feed lies at an address.
    pub fn is_feed(address: &Address) -> bool {
        address.0.strip_suffix(FEED).is_some_and(|page| page.ends_with('/'))
    }

    const FEED: &str = "feed.xml";

    /// What search engines are asked to leave alone.
    pub fn robots() -> Address {
        Address("/robots.txt".into())
    }

    /// A course's overview.
    pub fn course(course: &Slug) -> Address {
        Address(format!("/course/{course}/").into())
    }

    /// A course as the API shows it.
    pub fn course_json(course: &Slug) -> Address {
        Address(format!("/course/{course}/course.json").into())
    }

    /// A module of a course.
    pub fn module(course: &Slug, module: &Slug) -> Address {
        Address(format!("/course/{course}/{module}/").into())
    }

    /// A content with a page of its own.
    pub fn lesson(course: &Slug, module: &Slug, content: &Slug) -> Address {
        Address(format!("/course/{course}/{module}/{content}/").into())
    }

    /// An instructor.
    pub fn instructor(instructor: &Slug) -> Address {
        Address(format!("/instructor/{instructor}/").into())
    }

    /// A theme's asset.
    pub fn asset(name: &str) -> Result<Address, super::NotAnAddress> {
        format!("/assets/{name}").parse()
    }

    /// The chat of a course; served, not built.
    pub fn chat(course: CourseId) -> Address {
        Address(format!("/chat/room/{course}/").into())
    }

    /// Where a student says that a module of the course is done; served, not built.
    pub fn done(course: CourseId) -> Address {
        Address(format!("/students/course/{course}/done/").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_leave_its_folder() {
        for text in ["", "a", "//", "/..", "/a/../b", "/a//b", "/.git/", "/a/.env", "/a\\b", "/a\0b", "/./"] {
            assert_eq!(text.parse::<Address>(), Err(NotAnAddress), "{text:?}");
        }
    }

    #[test]
    fn a_page_is_a_folder_with_an_index() {
        let file = |text: &str| text.parse::<Address>().map(|address| address.file());
        assert_eq!(file("/").as_deref(), Ok("index.html"));
        assert_eq!(file("/course/a/").as_deref(), Ok("course/a/index.html"));
        assert_eq!(file("/course/a/b.svg").as_deref(), Ok("course/a/b.svg"));
    }

    #[test]
    fn hrefs_are_escaped() {
        let address: Address = "/course/a/Übung 1?.pdf".parse().expect("an address");
        assert_eq!(address.href(), "/course/a/%C3%9Cbung%201%3F.pdf");
    }
}
