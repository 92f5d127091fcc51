//! Trust: by which certificates educa knows a server that it asks something of.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use crate::disk::{self, DiskError};

/// Who does the mathematics, for all connections.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The beginning of every client: TLS 1.2 and 1.3.
pub fn client() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    let builder = ClientConfig::builder_with_provider(provider());
    builder.with_safe_default_protocol_versions().expect("ring knows TLS 1.2 and 1.3")
}

/// A client that knows servers by the certificates of a PEM file, else by those that this machine trusts; nothing if there
/// is not one. What is no certificate is passed over.
pub fn client_of(roots: Option<&Path>) -> Result<Option<ConfigBuilder<ClientConfig, WantsClientCert>>, DiskError> {
    let certificates = match roots {
        Some(file) => CertificateDer::pem_slice_iter(&disk::read(file)?).filter_map(Result::ok).collect(),
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(certificates);
    Ok((!store.is_empty()).then(|| client().with_root_certificates(store)))
}
