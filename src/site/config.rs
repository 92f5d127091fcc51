//! What a build needs to know of the school besides its content.

use std::path::PathBuf;

use jiff::Timestamp;

use super::markdown::Dialect;
use crate::course::{Encoding, Language};
use crate::digest::Digest;
use crate::theme::{SiteView, ThemeOptions};

/// Settings of a build: `[site]` and `[build]` of educa.toml, with all paths made whole.
#[derive(Debug, Clone)]
pub struct SiteConfig {
    /// The school's name.
    pub title: String,
    /// One sentence about it; may be empty.
    pub description: String,
    /// The site's language; courses may have their own.
    pub lang: Language,
    /// Where the site will be found, such as `https://school.example`, without a slash at the end.
    pub base_url: Option<String>,
    /// The theme's name.
    pub theme: String,
    /// The school's folder. Diagnostics name files relative to it.
    pub root: PathBuf,
    /// The authors' room.
    pub content: PathBuf,
    /// Where themes of the school's own lie.
    pub themes: PathBuf,
    /// Where public pages go.
    pub public: PathBuf,
    /// Where gated pages and the catalog go.
    pub private: PathBuf,
    /// Where the build keeps its ledger.
    pub state: PathBuf,
    /// Whether authors may write raw HTML.
    pub raw_html: bool,
    /// Whether code gets colours.
    pub highlight: bool,
    /// Whether `$…$` is a formula.
    pub math: bool,
    /// Whether `_headers` and `_redirects` are written for static hosts.
    pub static_host_files: bool,
    /// Whether documents for a search are written.
    pub search: bool,
    /// Whether the theme's style sheets lose what no browser needs.
    pub minify: bool,
    /// Whether pictures are published in smaller forms too.
    pub images: bool,
    /// The compressed forms that are laid beside files.
    pub compress: Vec<Encoding>,
    /// Whether drafts are built.
    pub drafts: bool,
    /// The moment that `publish_on` is compared with.
    pub now: Timestamp,
    /// Files count as no newer than this, for builds that must be the same wherever they run (`SOURCE_DATE_EPOCH`).
    pub newest: Option<Timestamp>,
    /// Which educa this is. What another one remembered counts for nothing.
    pub program: String,
    /// Whether everything is made anew, whatever is remembered.
    pub fresh: bool,
}

impl SiteConfig {
    /// The identity of every setting that has a part in what is published.
    pub fn digest(&self) -> Digest {
        let Self { title, description, lang, base_url, theme, compress, newest, program, .. } = self;
        let Self { raw_html, drafts, highlight, math, static_host_files, search, minify, images, .. } = self;
        let switches = [raw_html, drafts, highlight, math, static_host_files, search, minify, images];
        let words = format!("{title:?} {description:?} {lang} {base_url:?} {theme:?} {compress:?}");
        let text = format!("{words} {switches:?} {newest:?} {program:?}");
        Digest::of(text.as_bytes())
    }

    /// What Markdown means in this school.
    pub(super) fn dialect(&self) -> Dialect {
        Dialect { raw_html: self.raw_html, highlight: self.highlight, math: self.math }
    }

    /// What every page knows of the site, the server's own pages too.
    pub fn site_view(&self) -> SiteView {
        SiteView {
            title: self.title.clone(),
            description: self.description.clone(),
            lang: self.lang.to_string(),
            search: self.search,
        }
    }

    /// How the theme is loaded.
    pub fn theme_options<'a>(&'a self, site: &'a SiteView) -> ThemeOptions<'a> {
        ThemeOptions { themes: &self.themes, name: &self.theme, site, minify: self.minify }
    }
}
