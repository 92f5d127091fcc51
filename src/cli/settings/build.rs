//! `[build]`: the folders, and what a build makes.

use super::layer::{folder, set};
use crate::course::Encoding;
use crate::fields::Fields;
use crate::site::SiteConfig;

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct BuildTable {
    content: Option<String>,
    public: Option<String>,
    private: Option<String>,
    html: Option<bool>,
    highlight: Option<bool>,
    math: Option<bool>,
    static_host_files: Option<bool>,
    search: Option<bool>,
    minify: Option<bool>,
    images: Option<bool>,
    compress: Option<Vec<Encoding>>,
}

impl BuildTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            content: fields.text("content"),
            public: fields.text("public"),
            private: fields.text("private"),
            html: fields.optional_flag("html"),
            highlight: fields.optional_flag("highlight"),
            math: fields.optional_flag("math"),
            static_host_files: fields.optional_flag("static_host_files"),
            search: fields.optional_flag("search"),
            minify: fields.optional_flag("minify"),
            images: fields.optional_flag("images"),
            compress: compress(fields),
        }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            content: self.content.or(below.content),
            public: self.public.or(below.public),
            private: self.private.or(below.private),
            html: self.html.or(below.html),
            highlight: self.highlight.or(below.highlight),
            math: self.math.or(below.math),
            static_host_files: self.static_host_files.or(below.static_host_files),
            search: self.search.or(below.search),
            minify: self.minify.or(below.minify),
            images: self.images.or(below.images),
            compress: self.compress.or(below.compress),
        }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, site: &mut SiteConfig) {
        let root = site.root.clone();
        folder(&root, self.content, &mut site.content);
        folder(&root, self.public, &mut site.public);
        folder(&root, self.private, &mut site.private);
        set(&mut site.raw_html, self.html);
        set(&mut site.highlight, self.highlight);
        set(&mut site.math, self.math);
        set(&mut site.static_host_files, self.static_host_files);
        set(&mut site.search, self.search);
        set(&mut site.minify, self.minify);
        set(&mut site.images, self.images);
        set(&mut site.compress, self.compress);
    }
}

fn compress(fields: &mut Fields<'_>) -> Option<Vec<Encoding>> {
    let given = fields.has("compress");
    let mut encodings = Vec::new();
    for (name, span) in fields.texts("compress") {
        match name.parse() {
            Ok(encoding) => encodings.push(encoding),
            Err(_) => fields.wrong(
                span,
                format!("there is no compressed form \"{name}\""),
                "write a list of some of \"br\", \"gz\" and \"zst\"",
            ),
        }
    }
    given.then_some(encodings)
}
