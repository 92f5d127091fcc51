//! `[server.tls]`: encryption in educa itself.

use std::path::Path;

use crate::fields::Fields;
use crate::server::TlsConfig;

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct TlsTable {
    certificate: Option<String>,
    key: Option<String>,
}

impl TlsTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self { certificate: fields.text("certificate"), key: fields.text("key") }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self { certificate: self.certificate.or(below.certificate), key: self.key.or(below.key) }
    }

    /// The configuration, if there is to be encryption. Half of it is found out when its file cannot be read.
    pub fn into_config(self, root: &Path) -> Option<TlsConfig> {
        if self.certificate.is_none() && self.key.is_none() {
            return None;
        }
        let file = |given: Option<String>, usual: &str| root.join(given.as_deref().unwrap_or(usual));
        Some(TlsConfig { certificate: file(self.certificate, "certificate.pem"), key: file(self.key, "key.pem") })
    }
}
