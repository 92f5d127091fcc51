//! Our own token: `v1.<expires>.<signature>`, HMAC-SHA256 over the version, the moment and the course's path.
//!
//! The path is not in the token. Whoever verifies takes it from the request, so no token can claim another one's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// The name of its cookie.
pub const COOKIE: &str = "educa-edge";

/// The token for a course's path, such as `/course/sets/`, until `expires` in seconds since 1970.
pub fn token(key: &hmac::Key, scope: &str, expires: i64) -> String {
    let signature = hmac::sign(key, format!("educa-edge v1\n{expires}\n{scope}").as_bytes());
    format!("v1.{expires}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A key that is as long as its hash, or longer; nothing if the text is none.
pub fn key(text: &str) -> Option<hmac::Key> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    (bytes.len() >= 32).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl dgst -sha256 -mac HMAC -macopt hexkey:00…00 -binary | basenc --base64url`.
    #[test]
    fn the_token_is_what_the_documentation_says() {
        let key = key(&"A".repeat(43)).expect("a key");
        let token = token(&key, "/course/sets/", 1_795_000_000);
        assert_eq!(token, "v1.1795000000.iYD0G_iR1XKXEo1BUCV7ZJWb0rrop25YDvzAdHzWquI");
    }

    #[test]
    fn a_short_key_is_none() {
        for text in ["", "c2hvcnQ", "not base64!", &"A".repeat(42)] {
            assert!(key(text).is_none(), "{text}");
        }
        assert!(key(&format!("{}\n", "A".repeat(43))).is_some());
    }
}
