//! What the tokens are to be.

use std::fmt;
use std::time::Duration;

/// Settings of tokens: `[edge]` of educa.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeConfig {
    /// Who verifies them.
    pub kind: EdgeKind,
    /// The key: base64url of 32 bytes or more for our own token, an RSA key in PEM for CloudFront.
    pub key: SecretText,
    /// How long a token is good.
    pub lifetime: Duration,
}

/// Which tokens an edge understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeKind {
    /// Our own, for a worker of the operator.
    Token,
    /// Signed cookies of CloudFront.
    CloudFront {
        /// The id that CloudFront gave to the public key.
        key_pair_id: String,
        /// Where the site is, such as `https://school.example`: policies name whole addresses.
        base_url: String,
    },
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(pub String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
