//! Handshakes.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::server::ResolvesServerCert;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::files::CertificateFiles;
use super::{TlsConfig, TlsError};

const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// Encrypts connections; follows its certificate until it is dropped.
pub struct Tls {
    acceptor: TlsAcceptor,
    following: JoinHandle<()>,
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Tls {
    /// With the certificate in these files. Must be called within a runtime.
    pub fn open(config: TlsConfig) -> Result<Self, TlsError> {
        let provider = Arc::new(default_provider());
        let certificate = Arc::new(CertificateFiles::open(config, provider.clone())?);
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let resolver: Arc<dyn ResolvesServerCert> = certificate.clone();
        let mut config = builder.map_err(TlsError::SetUp)?.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), following: tokio::spawn(certificate.follow()) })
    }

    /// Shakes hands.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }
}

/// Whether both agreed on HTTP/2.
pub fn speaks_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP2)
}
