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

use super::files::{CHALLENGE, CertificateFiles};
use super::{TlsConfig, TlsError, acme};

const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// Encrypts connections; follows its certificate until it is dropped.
pub struct Tls {
    acceptor: TlsAcceptor,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Tls {
    /// With the certificate in these files. Must be called within a runtime.
    pub fn open(config: TlsConfig) -> Result<Self, TlsError> {
        let provider = Arc::new(default_provider());
        let acme = config.acme.clone();
        let certificate = Arc::new(CertificateFiles::open(config.clone(), provider.clone())?);
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let resolver: Arc<dyn ResolvesServerCert> = certificate.clone();
        let mut tls = builder.map_err(TlsError::SetUp)?.with_no_client_auth().with_cert_resolver(resolver);
        tls.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        let mut tasks = vec![tokio::spawn(certificate.clone().follow())];
        if let Some(acme) = acme {
            tls.alpn_protocols.push(CHALLENGE.to_vec());
            tasks.push(tokio::spawn(acme::keep(config, acme, certificate)));
        }
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(tls)), tasks })
    }

    /// Shakes hands.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let stream = self.acceptor.accept(stream).await?;
        match stream.get_ref().1.alpn_protocol() {
            Some(CHALLENGE) => Err(io::Error::other("an authority saw what it asked for")),
            _ => Ok(stream),
        }
    }
}

/// Whether both agreed on HTTP/2.
pub fn speaks_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP2)
}
