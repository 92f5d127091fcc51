//! `[store]`: where the records lie.

use std::path::Path;

use super::layer::{address, at_least_one, password};
use crate::fields::Fields;
use crate::store::{PostgresConfig, StoreConfig, StorePlace};

/// The variable of the password, as programs of PostgreSQL have it. It is no setting of a layer.
const PASSWORD: &str = "PGPASSWORD";

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct StoreTable {
    path: Option<String>,
    cache_mb: Option<u32>,
    url: Option<PostgresConfig>,
    password_file: Option<String>,
}

impl StoreTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        let path = fields.spanned_text("path");
        let url = address(fields, "url", "`url` under [store] is not the address of a database");
        if let (Some((_, span)), Some(_)) = (&path, &url) {
            let help = "remove one of them; `educa dump` and `educa load` bring a school from one to the other (docs/postgres.md)";
            fields.wrong(span.clone(), "`path` and `url` under [store] say two places for one school", help);
        }
        Self {
            path: path.map(|(path, _)| path),
            cache_mb: at_least_one(fields, "cache_mb"),
            url,
            password_file: fields.text("password_file"),
        }
    }

    /// This where it speaks, `below` where it is silent. Whoever names one place does not mean the other.
    pub fn over(self, below: Self) -> Self {
        let (path, url) = match (self.path, self.url) {
            (None, None) => (below.path, below.url),
            said => said,
        };
        Self {
            path,
            url,
            cache_mb: self.cache_mb.or(below.cache_mb),
            password_file: self.password_file.or(below.password_file),
        }
    }

    /// The place.
    pub fn into_place(self, root: &Path) -> StorePlace {
        if let Some(mut config) = self.url {
            if let Some(file) = self.password_file {
                config = config.or_password_file(root.join(file));
            } else if let Some(password) = password(PASSWORD) {
                config = config.or_password(&password);
            }
            return StorePlace::Database(config);
        }
        let unsaid = StoreConfig::default();
        StorePlace::Folder(StoreConfig {
            path: root.join(self.path.map_or(unsaid.path, Into::into)),
            cache_bytes: self.cache_mb.map_or(unsaid.cache_bytes, |mb| u64::from(mb) * 1024 * 1024),
        })
    }
}
