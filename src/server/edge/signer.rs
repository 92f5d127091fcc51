//! Makes the cookies of a course.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, SameSite};
use http::HeaderValue;
use ring::rsa::KeyPair;
use ring::{hmac, rand};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::{EdgeConfig, EdgeKind, cloudfront, token};
use crate::course::{Slug, routes};
use crate::school::{Clock, CoursePages, Pass};

/// Signs for one edge.
pub struct EdgeSigner {
    key: Key,
    lifetime: jiff::SignedDuration,
    clock: Arc<dyn Clock>,
}

enum Key {
    Token(hmac::Key),
    CloudFront { key: Box<KeyPair>, key_pair_id: String, base_url: String },
}

/// A key that cannot be used. Says nothing of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// Not a key of ours.
    #[error("the key under [edge] is not one: it is 32 bytes or more in base64url (`educa edge key` makes one)")]
    NotAToken,
    /// Not a key of CloudFront's.
    #[error("the key under [edge] is not an RSA key in PEM of 2048 to 4096 bits (`openssl genrsa 2048` makes one)")]
    NotRsa,
}

impl EdgeSigner {
    /// A signer with this key.
    pub fn new(config: EdgeConfig, clock: Arc<dyn Clock>) -> Result<Self, EdgeError> {
        let EdgeConfig { kind, key, lifetime } = config;
        let key = match kind {
            EdgeKind::Token => Key::Token(token::key(&key.0).ok_or(EdgeError::NotAToken)?),
            EdgeKind::CloudFront { key_pair_id, base_url } => {
                Key::CloudFront { key: Box::new(rsa(&key.0).ok_or(EdgeError::NotRsa)?), key_pair_id, base_url }
            }
        };
        let lifetime = jiff::SignedDuration::try_from(lifetime).unwrap_or(jiff::SignedDuration::from_mins(10));
        Ok(Self { key, lifetime, clock })
    }

    /// `Set-Cookie` headers for somebody who may have all of a course; none if the system has no randomness.
    pub fn cookies(&self, _pass: &Pass<CoursePages>, course: &Slug) -> Vec<HeaderValue> {
        let scope = routes::course(course).href();
        let expires = (self.clock.now() + self.lifetime).as_second();
        let cookies = match &self.key {
            Key::Token(key) => vec![(token::COOKIE, token::token(key, &scope, expires))],
            Key::CloudFront { key, key_pair_id, base_url } => {
                let address = format!("{base_url}{scope}");
                cloudfront::cookies(key, key_pair_id, &address, expires).into_iter().flatten().collect()
            }
        };
        cookies.into_iter().filter_map(|(name, value)| self.header(name, value, &scope)).collect()
    }

    /// A cookie for this course alone, and for https alone.
    fn header(&self, name: &str, value: String, scope: &str) -> Option<HeaderValue> {
        let max_age = cookie::time::Duration::seconds(self.lifetime.as_secs());
        let cookie = Cookie::build((name, value)).path(scope).max_age(max_age).secure(true).http_only(true);
        HeaderValue::from_str(&cookie.same_site(SameSite::Lax).build().to_string()).ok()
    }
}

fn rsa(pem: &str) -> Option<KeyPair> {
    match PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()? {
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()).ok(),
        _ => None,
    }
}

/// A new key for our own tokens; nothing if the system has no randomness.
pub fn new_key() -> Option<String> {
    let bytes: rand::Random<[u8; 32]> = rand::generate(&rand::SystemRandom::new()).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes.expose()))
}
