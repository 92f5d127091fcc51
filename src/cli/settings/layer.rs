//! A layer: what one source says of each table, and nothing where it is silent.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;

use super::accounts::AccountsTable;
use super::api::ApiTable;
use super::build::BuildTable;
use super::edge::EdgeTable;
use super::live::LiveTable;
use super::mail::MailTable;
use super::server::ServerTable;
use super::site::SiteTable;
use super::store::StoreTable;
use super::{LogFormat, SETTINGS_FILE, Settings};
use crate::diag::{Diagnostic, Diagnostics, SourceText};
use crate::disk;
use crate::fields::{Fields, Table, parse_toml};
use crate::mail::{MailConfig, Mailbox};
use crate::school::AccountRules;
use crate::server::ServerConfig;
use crate::site::SiteConfig;

/// The tables of a layer.
pub const TABLES: [&str; 9] = ["site", "build", "server", "api", "live", "edge", "store", "accounts", "mail"];

/// What one source says.
#[derive(Default)]
pub struct Layer {
    site: SiteTable,
    build: BuildTable,
    server: ServerTable,
    api: ApiTable,
    live: LiveTable,
    edge: EdgeTable,
    store: StoreTable,
    accounts: AccountsTable,
    mail: MailTable,
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
            api: fields.table("api", ApiTable::read).unwrap_or_default(),
            live: fields.table("live", LiveTable::read).unwrap_or_default(),
            edge: fields.table("edge", EdgeTable::read).unwrap_or_default(),
            store: fields.table("store", StoreTable::read).unwrap_or_default(),
            accounts: fields.table("accounts", AccountsTable::read).unwrap_or_default(),
            mail: fields.table("mail", MailTable::read).unwrap_or_default(),
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
            api: self.api.over(below.api),
            live: self.live.over(below.live),
            edge: self.edge.over(below.edge),
            store: self.store.over(below.store),
            accounts: self.accounts.over(below.accounts),
            mail: self.mail.over(below.mail),
        }
    }

    /// A mail server takes no letters from nobody, and the answers must go to somebody.
    pub fn senderless(&self) -> Diagnostics {
        let mut said = Diagnostics::new();
        if self.mail.is_senderless() {
            let help = "write who letters come from, such as from = \"The School <school@school.example>\"";
            said.push(Diagnostic::error(SETTINGS_FILE, "`from` under [mail] is missing").help(help));
        }
        said
    }

    /// The configuration of every room, for the school in `root`.
    pub fn into_settings(self, root: &Path, now: Timestamp) -> Settings {
        let mut server = ServerConfig { base_url: self.site.base_url.clone(), ..ServerConfig::default() };
        let mut mail = unsaid_mail(root, self.site.base_url.as_deref());
        let mut site = unsaid(root, now);
        let edge = self.edge.into_config(root, self.site.base_url.as_deref());
        self.site.into_config(&mut site);
        self.build.into_config(&mut site);
        let mut log = LogFormat::default();
        self.server.into_config(root, &mut log, &mut server);
        self.api.into_config(&mut server.api);
        self.live.into_config(root, &mut server.live);
        let store = self.store.into_place(root);
        self.mail.into_config(root, &mut mail);
        let mut accounts = AccountRules::default();
        self.accounts.into_config(&mut accounts);
        Settings { site, server, edge, store, log, accounts, mail }
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

/// How mail is carried if no layer says otherwise: nowhere but into the outbox.
fn unsaid_mail(root: &Path, base_url: Option<&str>) -> MailConfig {
    let host = base_url.and_then(|url| url.parse::<http::Uri>().ok());
    let host = host.as_ref().and_then(http::Uri::host).unwrap_or("localhost");
    let sender = format!("no-reply@{host}").parse();
    let from: Mailbox = sender.unwrap_or_else(|_| "no-reply@localhost".parse().expect("it is an address"));
    MailConfig { from, smtp: None, password: None, password_file: None, outbox: root.join(".educa/outbox") }
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

/// The address of a service. It may hold a password, so what is wrong with it is said without its line.
pub fn address<A: FromStr<Err: Display>>(
    fields: &mut Fields<'_>,
    key: &'static str,
    mistake: &'static str,
) -> Option<A> {
    let (text, _) = fields.spanned_text(key)?;
    text.parse().map_err(|error: A::Err| fields.secret(mistake, &error.to_string())).ok()
}

/// The password that a variable of the environment holds, if it holds one.
pub fn password(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|password| !password.is_empty())
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
