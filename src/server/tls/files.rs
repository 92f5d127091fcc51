//! A certificate in files, read again when they change: whoever renews it need not tell educa.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{TlsConfig, TlsError};
use crate::disk::{self, Stat};

/// What an authority asks for when it looks whether a name is ours (RFC 8737).
pub const CHALLENGE: &[u8] = b"acme-tls/1";

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// The certificate of the moment.
#[derive(Debug)]
pub struct CertificateFiles {
    config: TlsConfig,
    provider: Arc<CryptoProvider>,
    /// None before the first one was made.
    current: RwLock<Option<Arc<CertifiedKey>>>,
    /// What proves to an authority that a name is ours, by name.
    challenges: RwLock<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl CertificateFiles {
    /// Reads the files.
    pub fn open(config: TlsConfig, provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let to_be_made = config.acme.is_some() && !disk::exists(&config.certificate);
        let current = if to_be_made { None } else { Some(Arc::new(read(&config, &provider)?)) };
        Ok(Self { config, provider, current: RwLock::new(current), challenges: RwLock::default() })
    }

    /// Reads them again whenever they change, for ever. What cannot be used is said once, and the old one stays: two
    /// files are not replaced in one moment.
    pub async fn follow(self: Arc<Self>) {
        let mut seen = self.stats();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.stats();
            if now == seen {
                continue;
            }
            seen = now;
            let files = self.clone();
            match tokio::task::spawn_blocking(move || read(&files.config, &files.provider)).await {
                Ok(Ok(new)) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(new));
                    tracing::info!("a new certificate is in use");
                }
                Ok(Err(error)) => tracing::error!("the new certificate cannot be used, the old one stays: {error}"),
                Err(error) => tracing::error!(%error, "the certificate could not be read again"),
            }
        }
    }

    /// Shows this to an authority that asks for a name; or nothing any more.
    pub fn challenge(&self, name: &str, proof: Option<CertifiedKey>) {
        let mut challenges = self.challenges.write().unwrap_or_else(PoisonError::into_inner);
        match proof {
            Some(proof) => challenges.insert(name.to_owned(), Arc::new(proof)),
            None => challenges.remove(name),
        };
    }

    fn stats(&self) -> [Option<Stat>; 2] {
        [&self.config.certificate, &self.config.key].map(|path| disk::stat(path))
    }
}

impl ResolvesServerCert for CertificateFiles {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == CHALLENGE)) {
            let challenges = self.challenges.read().unwrap_or_else(PoisonError::into_inner);
            return challenges.get(hello.server_name()?).cloned();
        }
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn read(config: &TlsConfig, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let TlsConfig { certificate, key, .. } = config;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&disk::read(certificate)?).filter_map(Result::ok).collect();
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.clone()));
    }
    let secret = PrivateKeyDer::from_pem_slice(&disk::read(key)?).map_err(|_| TlsError::NoKey(key.clone()))?;
    CertifiedKey::from_der(chain, secret, provider).map_err(|reason| TlsError::Unusable {
        certificate: certificate.clone(),
        key: key.clone(),
        reason,
    })
}
