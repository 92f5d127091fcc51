//! Certificates from an authority, by ACME (RFC 8555) with TLS-ALPN-01: the port that serves is the one that proves.
//!
//! What is made is laid into the files of the certificate, private ones, and [`CertificateFiles`] sees it there as it would
//! see an operator's.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, OrderStatus,
    RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;

use super::files::CertificateFiles;
use super::{AcmeConfig, TlsConfig};
use crate::disk::{self, DiskError};

/// A certificate of this age is made anew: authorities give 45 days and more.
const RENEWAL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often its age is looked at.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// The first wait after a failure; each further one doubles it, for authorities count failures.
const FIRST_WAIT: Duration = Duration::from_secs(5 * 60);
const LONGEST_WAIT: Duration = Duration::from_secs(12 * 60 * 60);

/// A certificate that could not be made.
#[derive(Debug, thiserror::Error)]
enum AcmeError {
    #[error(transparent)]
    Acme(#[from] instant_acme::Error),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("the proof of a name cannot be made: {0}")]
    Proof(#[from] rcgen::Error),
    #[error("the proof of a name cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    #[error("the file with the account cannot be read: {0}")]
    Account(#[from] serde_json::Error),
    #[error("the authority {0}")]
    Refused(&'static str),
}

/// Keeps a certificate young, for ever.
pub async fn keep(config: TlsConfig, acme: AcmeConfig, files: Arc<CertificateFiles>) {
    let mut wait = FIRST_WAIT;
    loop {
        let age = disk::modified(&config.certificate).ok().and_then(|made| made.elapsed().ok());
        if age.is_some_and(|age| age < RENEWAL) {
            tokio::time::sleep(LOOK).await;
            continue;
        }
        match make(&config, &acme, &files).await {
            Ok(()) => {
                tracing::info!(names = ?acme.names, "a certificate was made");
                wait = FIRST_WAIT;
            }
            Err(error) => {
                tracing::error!("no certificate for {}: {error}; next try in {wait:?}", acme.names.join(", "));
                tokio::time::sleep(wait).await;
                wait = LONGEST_WAIT.min(wait * 2);
            }
        }
    }
}

async fn make(config: &TlsConfig, acme: &AcmeConfig, files: &CertificateFiles) -> Result<(), AcmeError> {
    let account = account(config, acme).await?;
    let names: Vec<_> = acme.names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        match authorization.status {
            AuthorizationStatus::Valid => continue,
            AuthorizationStatus::Pending => {}
            _ => return Err(AcmeError::Refused("does not let this account prove that a name is ours")),
        }
        let challenge = authorization.challenge(ChallengeType::TlsAlpn01);
        let mut challenge = challenge.ok_or(AcmeError::Refused("knows no proof by TLS-ALPN-01"))?;
        let name = challenge.identifier().to_string();
        files.challenge(&name, Some(proof(&name, challenge.key_authorization().digest().as_ref())?));
        challenge.set_ready().await?;
    }
    let status = order.poll_ready(&RetryPolicy::default()).await;
    acme.names.iter().for_each(|name| files.challenge(name, None));
    if status? != OrderStatus::Ready {
        return Err(AcmeError::Refused("did not find the proof: does the name lead here, and port 443 to this one?"));
    }
    let key = order.finalize().await?;
    let chain = order.poll_certificate(&RetryPolicy::default()).await?;
    disk::write_private(&config.key, key.as_bytes())?;
    disk::write_private(&config.certificate, chain.as_bytes())?;
    Ok(())
}

/// The account of last time with this authority, or a new one.
async fn account(config: &TlsConfig, acme: &AcmeConfig) -> Result<Account, AcmeError> {
    let file = account_file(config, acme);
    if let Some(known) = disk::read_if_there(&file)? {
        let credentials: AccountCredentials = serde_json::from_slice(&known)?;
        return Ok(Account::builder()?.from_credentials(credentials).await?);
    }
    let contact: Vec<_> = acme.contact.iter().map(String::as_str).collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = Account::builder()?.create(&new, acme.directory.clone(), None).await?;
    disk::write_private(&file, &serde_json::to_vec(&credentials)?)?;
    Ok(account)
}

/// Beside the certificate, one for each authority.
fn account_file(config: &TlsConfig, acme: &AcmeConfig) -> PathBuf {
    let authority = crate::digest::Digest::of(acme.directory.as_bytes()).to_string();
    config.key.with_file_name(format!("account-{}.json", &authority[..16]))
}

/// The certificate that only somebody can show who holds both the account and the name (RFC 8737).
fn proof(name: &str, digest: &[u8]) -> Result<CertifiedKey, AcmeError> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.der().clone();
    let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let key = default_provider().key_provider.load_private_key(secret)?;
    // Not compared with each other: no library reads a certificate with an extension that is critical and this one's alone.
    Ok(CertifiedKey::new(vec![certificate], key))
}
