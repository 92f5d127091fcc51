//! `[edge]`: tokens for a CDN that decides at its edge.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::layer::at_least_one;
use crate::diag::{Diagnostic, Diagnostics};
use crate::disk;
use crate::fields::Fields;
use crate::server::{EdgeConfig, EdgeKind, SecretText};

/// What a layer says of it.
#[derive(Default)]
pub struct EdgeTable {
    kind: Option<Kind>,
    key: Option<String>,
    key_file: Option<String>,
    key_pair_id: Option<String>,
    lifetime_minutes: Option<u32>,
}

#[derive(Clone, Copy)]
enum Kind {
    Token,
    CloudFront,
}

/// Where `educa edge key` puts a key, and where it is looked for.
pub const KEY_FILE: &str = ".educa/edge.key";

impl EdgeTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            kind: fields.choice("kind", &[("token", Kind::Token), ("cloudfront", Kind::CloudFront)]),
            key: fields.text("key"),
            key_file: fields.text("key_file"),
            key_pair_id: fields.text("key_pair_id"),
            lifetime_minutes: at_least_one(fields, "lifetime_minutes"),
        }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            kind: self.kind.or(below.kind),
            key: self.key.or(below.key),
            key_file: self.key_file.or(below.key_file),
            key_pair_id: self.key_pair_id.or(below.key_pair_id),
            lifetime_minutes: self.lifetime_minutes.or(below.lifetime_minutes),
        }
    }

    /// The configuration, if there is to be an edge.
    pub fn into_config(self, root: &Path, base_url: Option<&str>) -> Option<EdgeSettings> {
        let kind = match self.kind? {
            Kind::Token => Ok(EdgeKind::Token),
            Kind::CloudFront => match (self.key_pair_id, base_url) {
                (Some(key_pair_id), Some(url)) => Ok(EdgeKind::CloudFront { key_pair_id, base_url: url.to_owned() }),
                _ => Err("`kind = \"cloudfront\"` under [edge] needs `key_pair_id`, and `base_url` under [site]"),
            },
        };
        let lifetime = Duration::from_secs(60 * u64::from(self.lifetime_minutes.unwrap_or(10)));
        let key_file = root.join(self.key_file.as_deref().unwrap_or(KEY_FILE));
        Some(EdgeSettings { kind, key: self.key.map(SecretText), key_file, lifetime })
    }
}

/// What was said of the edge. The key is read by who serves, not by every command.
#[derive(Debug, Clone)]
pub struct EdgeSettings {
    kind: Result<EdgeKind, &'static str>,
    key: Option<SecretText>,
    key_file: PathBuf,
    lifetime: Duration,
}

impl EdgeSettings {
    /// What does not go together.
    pub fn check(&self, said: &mut Diagnostics) {
        if let Err(message) = self.kind {
            said.push(Diagnostic::error(super::SETTINGS_FILE, message).help("add what is missing"));
        }
    }

    /// With its key, from the environment or from its file.
    pub fn with_key(self) -> anyhow::Result<EdgeConfig> {
        let key = match self.key {
            Some(key) => key,
            None => SecretText(String::from_utf8(disk::read(&self.key_file)?)?),
        };
        let kind = self.kind.map_err(|message| anyhow::anyhow!(message))?;
        Ok(EdgeConfig { kind, key, lifetime: self.lifetime })
    }
}
