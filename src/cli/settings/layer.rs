//! A layer: what one source says of each table, and nothing where it is silent.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::build::BuildTable;
use super::edge::EdgeTable;
use super::server::ServerTable;
use super::site::SiteTable;
use super::store::StoreTable;
use super::{LogFormat, Settings};
use crate::diag::{Diagnostics, SourceText};
use crate::disk;
use crate::fields::{Fields, Table, parse_toml};
use crate::server::ServerConfig;
use crate::site::SiteConfig;
use crate::store::StoreConfig;

/// The tables of a layer.
pub const TABLES: [&str; 5] = ["site", "build", "server", "edge", "store"];

/// What one source says.
#[derive(Default)]
pub struct Layer {
    site: SiteTable,
    build: BuildTable,
    server: ServerTable,
    edge: EdgeTable,
    store: StoreTable,
}

impl Layer {
    /// Reads a source whose texts are typed as `typing` says.
    pub fn read<'a>(
        source: SourceText<'a>,
        typing: fn(Fields<'a>) -> Fields<'a>,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let table = match parse_toml(source.text) {
            Ok(table) => table,
            Err(errors) => {
                for error in errors {
                    let help = "write `key = value` below a line such as `[site]`; texts stand in quotes";
                    diagnostics.push(source.error(error.span, error.message).help(help));
                }
                Table::default()
            }
        };
        let mut fields = typing(Fields::new(source, 0, table, diagnostics));
        let layer = Self {
            site: fields.table("site", SiteTable::read).unwrap_or_default(),
            build: fields.table("build", BuildTable::read).unwrap_or_default(),
            server: fields.table("server", ServerTable::read).unwrap_or_default(),
            edge: fields.table("edge", EdgeTable::read).unwrap_or_default(),
            store: fields.table("store", StoreTable::read).unwrap_or_default(),
        };
        fields.finish();
        layer
    }

    /// This layer where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            site: self.site.over(below.site),
            build: self.build.over(below.build),
            server: self.server.over(below.server),
            edge: self.edge.over(below.edge),
            store: self.store.over(below.store),
        }
    }

    /// The configuration of every room, for the school in `root`.
    pub fn into_settings(self, root: &Path, now: Timestamp) -> Settings {
        let mut server = ServerConfig { base_url: self.site.base_url.clone(), ..ServerConfig::default() };
        let mut store = StoreConfig { path: root.join(".educa/data"), ..StoreConfig::default() };
        let mut site = unsaid(root, now);
        let edge = self.edge.into_config(root, self.site.base_url.as_deref());
        self.site.into_config(&mut site);
        self.build.into_config(&mut site);
        let mut log = LogFormat::default();
        self.server.into_config(root, &mut log, &mut server);
        self.store.into_config(root, &mut store);
        Settings { site, server, edge, store, log }
    }
}

/// What a build does if no layer says otherwise.
fn unsaid(root: &Path, now: Timestamp) -> SiteConfig {
    SiteConfig {
        title: "School".to_owned(),
        description: String::new(),
        lang: "en".parse().expect("en is a language"),
        base_url: None,
        theme: crate::theme::DEFAULT_THEME.to_owned(),
        root: root.to_owned(),
        content: root.join("content"),
        themes: root.join("themes"),
        public: root.join("public"),
        private: root.join("private"),
        state: root.join(".educa"),
        raw_html: false,
        highlight: true,
        math: true,
        static_host_files: true,
        search: true,
        minify: true,
        images: true,
        compress: Vec::new(),
        drafts: false,
        now,
        newest: None,
        program: program(),
        fresh: false,
    }
}

/// Which educa this is: another build of the same version may do things otherwise.
fn program() -> String {
    let file = std::env::current_exe().ok().and_then(|path| disk::stat(&path));
    let file = file.map(|stat| (stat.size, stat.modified()));
    format!("{} {file:?}", env!("CARGO_PKG_VERSION"))
}

/// A folder of the school, if one was named.
pub fn folder(root: &Path, given: Option<String>, unsaid: &mut PathBuf) {
    if let Some(given) = given {
        *unsaid = root.join(given);
    }
}

/// Puts what was said into its place.
pub fn set<T>(place: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *place = said;
    }
}

/// A whole number from 1 up.
pub fn at_least_one(fields: &mut Fields<'_>, key: &'static str) -> Option<u32> {
    let (number, span) = fields.number(key)?;
    if number == 0 {
        fields.wrong(span, format!("`{key}` cannot be 0"), "write a number from 1 up, or remove the line");
        return None;
    }
    Some(number)
}
