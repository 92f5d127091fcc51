//! Signed cookies of CloudFront: a policy for all of a course, signed with RSA and SHA-256.
//!
//! CloudFront takes SHA-1 unless a fourth cookie names SHA-256, which it knows since 2026. SHA-1 would need an RSA
//! library that nobody vouches for: ring signs with SHA-256 and better only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;

/// Names and values of the cookies for all below an address; nothing if the system has no randomness.
pub fn cookies(key: &KeyPair, key_pair_id: &str, address: &str, expires: i64) -> Option<[(&'static str, String); 4]> {
    let condition = format!("{{\"DateLessThan\":{{\"AWS:EpochTime\":{expires}}}}}");
    let policy = format!("{{\"Statement\":[{{\"Resource\":\"{address}*\",\"Condition\":{condition}}}]}}");
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), policy.as_bytes(), &mut signature).ok()?;
    Some([
        ("CloudFront-Policy", encoded(policy.as_bytes())),
        ("CloudFront-Signature", encoded(&signature)),
        ("CloudFront-Key-Pair-Id", key_pair_id.to_owned()),
        ("CloudFront-Hash-Algorithm", "SHA256".to_owned()),
    ])
}

/// base64 without what means something in a cookie.
fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "-").replace('=', "_").replace('/', "~")
}
