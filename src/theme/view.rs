//! What a view is, and what all views share.
//!
//! A view is the page's only input: two equal views give equal bytes, and whatever changes a page changes its view. A
//! field that ends in `_html` is finished HTML and marked safe in templates; every other text is escaped. Addresses are
//! ready for an `href`. A theme's own words reach every template as `t` (see [`super::Words`]).

use std::sync::OnceLock;

use serde::Serialize;
use tera::Value;

use crate::digest::Digest;

/// A page kind: the template that draws it.
pub trait View: Serialize {
    /// The template's name, as in `themes/<theme>/templates/`.
    const TEMPLATE: &'static str;

    /// The head of the page.
    fn page(&self) -> &PageView;

    /// Parts that many pages show, with the names by which templates know them.
    fn shared(&self) -> Vec<(&'static str, &dyn Part)> {
        Vec::new()
    }
}

/// A part of many views, made once: a course's list of modules stands on each of its pages.
pub trait Part: Send + Sync {
    /// Its identity.
    fn digest(&self) -> Digest;

    /// As templates see it.
    fn value(&self) -> Value;
}

/// A [`Part`] that becomes a template's value when the first page is drawn with it.
#[derive(Debug)]
pub struct Shared<T> {
    part: T,
    digest: Digest,
    value: OnceLock<Value>,
}

impl<T: Serialize> Shared<T> {
    /// Shares a part.
    pub fn new(part: T) -> Self {
        let bytes = serde_json::to_vec(&part).expect("a view has only plain values and keys");
        Self { part, digest: Digest::of(&bytes), value: OnceLock::new() }
    }

    /// The part itself.
    pub fn part(&self) -> &T {
        &self.part
    }
}

impl<T: Serialize + Send + Sync> Part for Shared<T> {
    fn digest(&self) -> Digest {
        self.digest
    }

    fn value(&self) -> Value {
        self.value.get_or_init(|| Value::from_serializable(&self.part)).clone()
    }
}

macro_rules! view {
    ($name:ident$(<$life:lifetime>)?, $template:literal $(, $part:ident)*) => {
        impl$(<$life>)? View for $name$(<$life>)? {
            const TEMPLATE: &'static str = $template;
            fn page(&self) -> &PageView {
                &self.page
            }
            fn shared(&self) -> Vec<(&'static str, &dyn super::view::Part)> {
                vec![$((stringify!($part), self.$part as &dyn super::view::Part)),*]
            }
        }
    };
}
pub(super) use view;

/// The site, on every page.
#[derive(Debug, Clone, Serialize)]
pub struct SiteView {
    /// The school's name.
    pub title: String,
    /// One sentence about it; may be empty.
    pub description: String,
    /// Its language.
    pub lang: String,
    /// Whether it has a search.
    pub search: bool,
}

/// The head of a page.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// What the page is about; the site's name is added by the template.
    pub title: String,
    /// The language tag of the page.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// One or two sentences for search engines and previews; may be empty.
    pub description: String,
    /// The page's own address on the site, such as `/course/algebra-basics/`.
    pub address: String,
    /// The page's absolute URL, if the site's `base_url` is known.
    pub canonical: Option<String>,
    /// Whether search engines may list it.
    pub indexed: bool,
    /// The page's Atom feed, if it has one.
    pub feed: Option<String>,
    /// What previews of links call a page of its kind: `website`, `article` or `profile`.
    pub kind: &'static str,
    /// Language and country as previews of links write them, such as `de_AT`, if both are known.
    pub locale: Option<String>,
    /// What the page is about as JSON-LD, ready to stand in a `script` element; may be empty.
    pub linked_data_html: String,
}

/// A link to something with a title.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkView {
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub address: String,
}
