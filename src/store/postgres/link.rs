//! The way to the database: a connection made, and how long things may take.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Encryption, PostgresConfig};
use super::words::reason;
use crate::store::open_error::OpenError;
use crate::{disk, trust};

/// How long it may take to be let in by one host; several are tried one after another.
const CONNECT: Duration = Duration::from_secs(5);

/// How long one statement may take, its turn among the writers of other processes included. The database gives up first;
/// a little later we do, if it says nothing any more.
pub const STATEMENT: Duration = Duration::from_secs(10);

/// When we give up.
pub const SILENCE: Duration = Duration::from_secs(12);

/// How many connections read at a time; one more writes.
const READERS: usize = 8;

/// How to get there.
#[derive(Clone)]
pub struct Link {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    /// How long it may take to be let in.
    patience: Duration,
    /// The address, for people.
    pub place: String,
}

impl Link {
    /// Reads the files that the address names: a password, certificates.
    pub fn new(address: &PostgresConfig) -> Result<Self, OpenError> {
        let mut config = tokio_postgres::Config::clone(&address.client);
        if let Some(file) = address.password_file() {
            config.password(disk::read_first_line(file)?);
        }
        if config.get_application_name().is_none() {
            config.application_name("educa");
        }
        config.connect_timeout(CONNECT).keepalives_idle(Duration::from_secs(60)).tcp_user_timeout(SILENCE);
        config.options(options(config.get_options().unwrap_or_default()));
        config.ssl_mode(match address.encryption {
            Encryption::None => SslMode::Disable,
            Encryption::Unverified | Encryption::Verified(_) => SslMode::Require,
        });
        let place = address.to_string();
        let n_hosts = u32::try_from(config.get_hosts().len()).unwrap_or(u32::MAX);
        let tls = MakeRustlsConnect::new(tls(&address.encryption, &place)?);
        Ok(Self { config, tls, patience: CONNECT.saturating_mul(n_hosts), place })
    }

    /// A connection of its own.
    pub async fn connect(&self) -> Result<ClientWrapper, String> {
        let connecting = timeout(self.patience, self.config.connect(self.tls.clone()));
        let (client, connection) =
            connecting.await.map_err(|_| "it does not answer".to_owned())?.map_err(|error| reason(&error))?;
        let task = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection to the database ended: {}", reason(&error));
            }
        });
        Ok(ClientWrapper::new(client, task))
    }

    /// Connections for readers, made when they are wanted.
    pub fn pool(&self) -> Pool {
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(self.config.clone(), self.tls.clone(), ManagerConfig { recycling_method });
        let pool = Pool::builder(manager).max_size(READERS).runtime(Runtime::Tokio1);
        let pool = pool.wait_timeout(Some(CONNECT)).create_timeout(Some(self.patience)).recycle_timeout(Some(CONNECT));
        pool.build().expect("it has a runtime for its timeouts")
    }
}

/// What every session asks of the database. A process that is stuck, or cut off, in a transaction loses its turn to write.
fn options(given: &str) -> String {
    let limit = STATEMENT.as_millis();
    let ours = format!(
        "-c statement_timeout={limit} -c idle_in_transaction_session_timeout={limit} -c synchronous_commit=on -c jit=off"
    );
    format!("{given} {ours}").trim_start().to_owned()
}

fn tls(encryption: &Encryption, place: &str) -> Result<ClientConfig, OpenError> {
    let known = match encryption {
        // Nothing is encrypted, so nobody is known by a certificate.
        Encryption::None => Some(trust::client().with_root_certificates(RootCertStore::empty())),
        Encryption::Unverified => {
            let verifier = Arc::new(Anybody(trust::provider()));
            Some(trust::client().dangerous().with_custom_certificate_verifier(verifier))
        }
        Encryption::Verified(file) => trust::client_of(file.as_deref())?,
    };
    let known = known.ok_or_else(|| {
        let reason = "there is no certificate to know it by: install ca-certificates, or name a file of certificates by \
                      sslrootcert in its URL";
        OpenError::Database { place: place.to_owned(), reason: reason.to_owned() }
    })?;
    Ok(known.with_no_client_auth())
}

/// Takes whoever answers, as `sslmode=require` does everywhere. They must still have the key of what they show.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
