//! Settings: educa.toml, then the environment, into the configuration of each room.
//!
//! Both layers are read the same way and every mistake in either is reported at once. `EDUCA_SERVER_LISTEN` is `listen`
//! under `[server]`, and so on. Options of a command come last; each command puts its own on top.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::course::{Encoding, Language};
use crate::diag::{Diagnostic, Diagnostics, SourceText};
use crate::disk;
use crate::fields::{Fields, Table, parse_toml};
use crate::server::ServerConfig;
use crate::site::SiteConfig;
use crate::store::StoreConfig;

/// The name of the settings file in a school's folder.
pub const SETTINGS_FILE: &str = "educa.toml";

/// The configuration of every room.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For `site`.
    pub site: SiteConfig,
    /// For `server`.
    pub server: ServerConfig,
    /// For `store`.
    pub store: StoreConfig,
}

/// One layer: what it says, and nothing where it is silent.
#[derive(Debug, Default)]
struct Layer {
    title: Option<String>,
    description: Option<String>,
    lang: Option<Language>,
    base_url: Option<String>,
    theme: Option<String>,
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
    listen: Option<SocketAddr>,
    allowed_hosts: Option<Vec<String>>,
    max_connections: Option<u32>,
    server_cache_mb: Option<u32>,
    path: Option<String>,
    cache_mb: Option<u32>,
}

/// The tables of a layer.
const TABLES: [&str; 4] = ["site", "build", "server", "store"];

/// Reads the settings of the school in `root`. Nothing if there are mistakes in them, which are then reported.
pub fn load(root: &Path, now: Timestamp, diagnostics: &mut Diagnostics) -> Option<Settings> {
    let path = root.join(SETTINGS_FILE);
    let text = match disk::read(&path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => {
            diagnostics.push(Diagnostic::error(SETTINGS_FILE, "this file is not UTF-8").help("save it as UTF-8"));
            return None;
        }
        Err(error) if error.is_missing() => {
            let message = format!("there is no school in {}: it has no educa.toml", root.display());
            let help = "go to a school's folder, name it with --root, or make one with `educa init DIR`";
            diagnostics.push(Diagnostic::error(SETTINGS_FILE, message).help(help));
            return None;
        }
        Err(error) => {
            diagnostics.push(Diagnostic::error(SETTINGS_FILE, error.to_string()));
            return None;
        }
    };
    let mut said = Diagnostics::new();
    let file = Layer::read(SourceText { path: SETTINGS_FILE, text: &text }, |fields| fields, &mut said);
    let environment = environment();
    let source = SourceText { path: "the environment (EDUCA_…)", text: &environment };
    let environment = Layer::read(source, Fields::untyped, &mut said);
    let epoch = source_date_epoch(&mut said);
    let mut settings = environment.over(file).into_settings(root, epoch.unwrap_or(now));
    settings.site.newest = epoch;
    said.append(overlaps(&settings.site));
    let failed = said.has_errors();
    diagnostics.append(said);
    if failed { None } else { Some(settings) }
}

/// A gated page below `public/` would be a page for everyone, and each folder is cleared of what the build did not write.
fn overlaps(site: &SiteConfig) -> Diagnostics {
    let mut said = Diagnostics::new();
    let folders = [("content", &site.content), ("public", &site.public), ("private", &site.private)];
    for (at, (name, folder)) in folders.iter().enumerate() {
        for (other_name, other) in &folders[at + 1..] {
            if folder.starts_with(other) || other.starts_with(folder) {
                let message = format!("the folders `{name}` and `{other_name}` under [build] lie in one another");
                said.push(Diagnostic::error(SETTINGS_FILE, message).help("choose folders beside each other"));
            }
        }
    }
    said
}

/// The variables that begin with `EDUCA_`, as the TOML they stand for. Those of other programs' making, such as
/// `EDUCA_LOG`, name no table and are left out.
fn environment() -> String {
    // A variable of any program may be no text; one of ours that is none is shown as such and refused by its rule.
    let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let mut lines: Vec<_> = variables.filter_map(|(name, value)| line(&name, &value.to_string_lossy())).collect();
    lines.sort();
    lines.concat()
}

/// `EDUCA_SERVER_LISTEN=x` as `server.listen = "x"`. A value that is TOML by itself stays what it is.
fn line(name: &str, value: &str) -> Option<String> {
    let name = name.strip_prefix("EDUCA_")?.to_ascii_lowercase();
    let (table, key) = name.split_once('_')?;
    if !TABLES.contains(&table) {
        return None;
    }
    let own =
        value.parse::<bool>().is_ok() || value.parse::<i64>().is_ok() || value.starts_with("[\"") || value == "[]";
    let value = if own { value.to_owned() } else { toml::Value::from(value).to_string() };
    Some(format!("{table}.{key} = {value}\n"))
}

impl Layer {
    fn read<'a>(
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
        let mut layer = Self::default();
        let mut fields = typing(Fields::new(source, 0, table, diagnostics));
        fields.table("site", |fields| layer.read_site(fields));
        fields.table("build", |fields| layer.read_build(fields));
        fields.table("server", |fields| layer.read_server(fields));
        fields.table("store", |fields| layer.read_store(fields));
        fields.finish();
        layer
    }

    fn read_site(&mut self, fields: &mut Fields<'_>) {
        self.title = fields.text("title");
        self.description = fields.text("description");
        self.lang = fields.parsed("lang").map(|(lang, _)| lang);
        self.theme = fields.text("theme");
        if let Some((url, span)) = fields.spanned_text("base_url") {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            match host.filter(|host| !host.trim_end_matches('/').contains(['/', '?', '#', ' ']) && !host.is_empty()) {
                Some(_) => self.base_url = Some(url.trim_end_matches('/').to_owned()),
                None => fields.wrong(
                    span,
                    "`base_url` is not the address of a site",
                    "write scheme and host only, such as \"https://school.example\"",
                ),
            }
        }
    }

    fn read_build(&mut self, fields: &mut Fields<'_>) {
        self.content = fields.text("content");
        self.public = fields.text("public");
        self.private = fields.text("private");
        self.html = fields.optional_flag("html");
        self.highlight = fields.optional_flag("highlight");
        self.math = fields.optional_flag("math");
        self.static_host_files = fields.optional_flag("static_host_files");
        self.search = fields.optional_flag("search");
        self.minify = fields.optional_flag("minify");
        self.images = fields.optional_flag("images");
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
        self.compress = given.then_some(encodings);
    }

    fn read_server(&mut self, fields: &mut Fields<'_>) {
        if let Some((listen, span)) = fields.spanned_text("listen") {
            self.listen = listen.parse().ok();
            if self.listen.is_none() {
                let help = "write an address and a port, such as \"127.0.0.1:8000\" or \"[::]:80\"";
                fields.wrong(span, "`listen` is not an address with a port", help);
            }
        }
        if fields.has("allowed_hosts") {
            self.allowed_hosts = Some(fields.texts("allowed_hosts").into_iter().map(|(host, _)| host).collect());
        } else {
            fields.texts("allowed_hosts");
        }
        self.max_connections = at_least_one(fields, "max_connections");
        self.server_cache_mb = fields.number("cache_mb").map(|(megabytes, _)| megabytes);
    }

    fn read_store(&mut self, fields: &mut Fields<'_>) {
        self.path = fields.text("path");
        self.cache_mb = at_least_one(fields, "cache_mb");
    }

    /// This layer where it speaks, `below` where it is silent.
    fn over(self, below: Self) -> Self {
        Self {
            title: self.title.or(below.title),
            description: self.description.or(below.description),
            lang: self.lang.or(below.lang),
            base_url: self.base_url.or(below.base_url),
            theme: self.theme.or(below.theme),
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
            listen: self.listen.or(below.listen),
            allowed_hosts: self.allowed_hosts.or(below.allowed_hosts),
            max_connections: self.max_connections.or(below.max_connections),
            server_cache_mb: self.server_cache_mb.or(below.server_cache_mb),
            path: self.path.or(below.path),
            cache_mb: self.cache_mb.or(below.cache_mb),
        }
    }

    fn into_settings(self, root: &Path, now: Timestamp) -> Settings {
        let folder =
            |given: Option<String>, default: &str| -> PathBuf { root.join(given.as_deref().unwrap_or(default)) };
        let mut server = ServerConfig::default();
        server.listen = self.listen.unwrap_or(server.listen);
        server.base_url = self.base_url.clone();
        server.allowed_hosts = self.allowed_hosts.unwrap_or_default();
        server.max_connections = self.max_connections.map_or(server.max_connections, |n| n as usize);
        server.cache_bytes =
            self.server_cache_mb.map_or(server.cache_bytes, |mb| (mb as usize).saturating_mul(1024 * 1024));
        let mut store = StoreConfig { path: folder(self.path, ".educa/data"), ..StoreConfig::default() };
        store.cache_bytes = self.cache_mb.map_or(store.cache_bytes, |mb| u64::from(mb) * 1024 * 1024);
        let site = SiteConfig {
            title: self.title.unwrap_or_else(|| "School".to_owned()),
            description: self.description.unwrap_or_default(),
            lang: self.lang.unwrap_or_else(|| "en".parse().expect("en is a language")),
            base_url: self.base_url,
            theme: self.theme.unwrap_or_else(|| crate::theme::DEFAULT_THEME.to_owned()),
            root: root.to_owned(),
            content: folder(self.content, "content"),
            themes: root.join("themes"),
            public: folder(self.public, "public"),
            private: folder(self.private, "private"),
            state: root.join(".educa"),
            raw_html: self.html.unwrap_or(false),
            highlight: self.highlight.unwrap_or(true),
            math: self.math.unwrap_or(true),
            static_host_files: self.static_host_files.unwrap_or(true),
            search: self.search.unwrap_or(true),
            minify: self.minify.unwrap_or(true),
            images: self.images.unwrap_or(true),
            compress: self.compress.unwrap_or_default(),
            drafts: false,
            now,
            newest: None,
            program: program(),
            fresh: false,
        };
        Settings { site, server, store }
    }
}

/// The moment that stands for now in builds which are to be the same wherever they run
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn source_date_epoch(said: &mut Diagnostics) -> Option<Timestamp> {
    let text = std::env::var_os("SOURCE_DATE_EPOCH")?.to_string_lossy().into_owned();
    let moment = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    if moment.is_none() {
        let message = format!("SOURCE_DATE_EPOCH cannot be \"{text}\"");
        said.push(Diagnostic::error("the environment", message).help("set it to seconds since 1970, or unset it"));
    }
    moment
}

/// Which educa this is: another build of the same version may do things otherwise.
fn program() -> String {
    let file = std::env::current_exe().ok().and_then(|path| disk::stat(&path));
    let file = file.map(|stat| (stat.size, stat.modified()));
    format!("{} {file:?}", env!("CARGO_PKG_VERSION"))
}

fn at_least_one(fields: &mut Fields<'_>, key: &'static str) -> Option<u32> {
    let (number, span) = fields.number(key)?;
    if number == 0 {
        fields.wrong(span, format!("`{key}` cannot be 0"), "write a number from 1 up, or remove the line");
        return None;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_settings() {
        assert_eq!(line("EDUCA_SERVER_LISTEN", "[::1]:80").as_deref(), Some("server.listen = \"[::1]:80\"\n"));
        assert_eq!(line("EDUCA_SITE_TITLE", "A \"b\"").as_deref(), Some("site.title = 'A \"b\"'\n"));
        assert_eq!(line("EDUCA_BUILD_HTML", "true").as_deref(), Some("build.html = true\n"));
        assert_eq!(
            line("EDUCA_SITE_BASE_URL", "https://e.org").as_deref(),
            Some("site.base_url = \"https://e.org\"\n")
        );
        assert_eq!(line("EDUCA_LOG", "debug"), None);
        assert_eq!(line("HOME", "/root"), None);
    }

    #[test]
    fn memory_for_files_is_set_in_megabytes_and_can_be_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = |text: &str| {
            disk::write(&folder.path().join(SETTINGS_FILE), text.as_bytes()).expect("written");
            let settings = load(folder.path(), Timestamp::UNIX_EPOCH, &mut Diagnostics::new());
            settings.map(|settings| settings.server.cache_bytes)
        };
        assert_eq!(cache("[server]\n"), Some(64 * 1024 * 1024));
        assert_eq!(cache("[server]\ncache_mb = 0\n"), Some(0));
        assert_eq!(cache("[server]\ncache_mb = 3\n"), Some(3 * 1024 * 1024));
        assert_eq!(cache("[server]\ncache_mb = -1\n"), None);
        assert_eq!(cache("[server]\ncache_mb = \"all\"\n"), None);
    }

    #[test]
    fn every_mistake_is_said_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "[site]\nlang = \"english\"\nbase_url = \"school.example\"\n[server]\nlisten = \"8000\"\nport = 1\n";
        disk::write(&folder.path().join(SETTINGS_FILE), text.as_bytes()).expect("written");
        let mut said = Diagnostics::new();
        assert!(load(folder.path(), Timestamp::UNIX_EPOCH, &mut said).is_none());
        let lines: Vec<_> = said.sorted().iter().map(|d| d.place.as_ref().map_or(0, |place| place.line)).collect();
        assert_eq!(lines, [2, 3, 5, 6]);
    }
}
