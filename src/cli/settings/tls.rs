//! `[server.tls]`: encryption in educa itself.

use std::path::Path;

use super::server::list;
use crate::fields::Fields;
use crate::server::{AcmeConfig, TlsConfig};

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct TlsTable {
    certificate: Option<String>,
    key: Option<String>,
    acme: Option<Vec<String>>,
    acme_contact: Option<String>,
    acme_directory: Option<String>,
}

impl TlsTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            certificate: fields.text("certificate"),
            key: fields.text("key"),
            acme: list(fields, "acme"),
            acme_contact: fields.text("acme_contact"),
            acme_directory: fields.text("acme_directory"),
        }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            certificate: self.certificate.or(below.certificate),
            key: self.key.or(below.key),
            acme: self.acme.or(below.acme),
            acme_contact: self.acme_contact.or(below.acme_contact),
            acme_directory: self.acme_directory.or(below.acme_directory),
        }
    }

    /// The configuration, if there is to be encryption. Half of it is found out when its file cannot be read.
    pub fn into_config(self, root: &Path) -> Option<TlsConfig> {
        let names = self.acme.filter(|names| !names.is_empty());
        if self.certificate.is_none() && self.key.is_none() && names.is_none() {
            return None;
        }
        let folder = if names.is_some() { ".educa/acme/" } else { "" };
        let file = |given: Option<String>, usual: &str| root.join(given.unwrap_or_else(|| format!("{folder}{usual}")));
        let directory = self.acme_directory.unwrap_or_else(|| LETS_ENCRYPT.to_owned());
        Some(TlsConfig {
            certificate: file(self.certificate, "certificate.pem"),
            key: file(self.key, "key.pem"),
            acme: names.map(|names| AcmeConfig { names, contact: self.acme_contact, directory }),
        })
    }
}

/// Who makes certificates if nobody else is named.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
