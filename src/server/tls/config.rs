//! Where certificates come from.

use std::path::PathBuf;

use crate::disk::DiskError;

/// Settings of encryption: `[server.tls]` of educa.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// The certificate and those that vouch for it, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
    /// Who makes both, if they are not the operator's.
    pub acme: Option<AcmeConfig>,
}

/// Certificates from an authority that speaks ACME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeConfig {
    /// The names to vouch for.
    pub names: Vec<String>,
    /// Whom the authority may write to, such as `mailto:ada@school.example`.
    pub contact: Option<String>,
    /// The authority's directory.
    pub directory: String,
}

/// A certificate that cannot be used. Says nothing of what is in the key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// There is no certificate in its file.
    #[error("{0}: there is no certificate in PEM in this file")]
    NoCertificate(PathBuf),
    /// There is no key in its file.
    #[error("{0}: there is no private key in PEM in this file")]
    NoKey(PathBuf),
    /// The two are not of each other, or of a kind that nobody uses.
    #[error("the certificate in {certificate} cannot be used with the key in {key}: {reason}")]
    Unusable {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        reason: rustls::Error,
    },
    /// rustls cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    SetUp(rustls::Error),
}
